import type { Context } from '../../../context.ts';
import { lintPolicy } from '../../../endpoints/policy/lint.ts';
import { NexusctlError } from '../../../errors/nexusctl-error.ts';
import { policyLintView } from '../../../views/policy.ts';
import { policyOf, withBackend } from '../../backend-of.ts';
import type { Command } from '../../commander.ts';
import { emitWarned } from '../../emit-warned.ts';
import { examples, withOutput } from '../../options.ts';
import { profileOf, withConnection } from '../../profile-of.ts';

export function policyLint(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json'))
    .option('--offline', 'look at the file alone')
    .option('--check', 'warnings count: exit 1 for them too')
    .addHelpText(
      'after',
      examples(
        ['the policy against the cluster', 'nexusctl endpoint policy lint --policy-file nexus-policy.json'],
        [
          'before a commit, without a server',
          'nexusctl endpoint policy lint --policy-file nexus-policy.json --offline',
        ],
      ),
    )
    .action(async (options) => {
      const store = await policyOf(context, await profileOf(context, options));
      const policy = (await store?.read()) ?? null;
      if (store === null || policy === null)
        throw new NexusctlError(
          'POLICY_MISSING',
          store === null ? 'no policy file is named' : `there is no policy at ${store.path}`,
          {
            hint: 'make one with `nexusctl endpoint policy init --policy-file nexus-policy.json`',
          },
        );
      const size = (await (await context.ports.files()).stat(store.path))?.size;
      const facts = {
        path: store.path,
        default: policy.default,
        digest: policy.digest,
        entries: policy.endpoints.size,
      };
      const finish = async (findings: ReturnType<typeof lintPolicy>, warnings: readonly string[]) => {
        const bad = findings.some(
          ({ severity }) => severity === 'error' || (options.check === true && severity === 'warning'),
        );
        const result = { backend: 'self-hosted', ...facts, items: findings, warnings } as const;
        await emitWarned(context, options, policyLintView, result, bad ? 1 : 0);
      };
      const now = context.now();
      if (options.offline === true) {
        await finish(lintPolicy(policy, { now, size }), []);
        return;
      }
      await withBackend(context, { ...options, backend: 'self-hosted' }, 'read', async (opened) => {
        const [held, namespaces] = await Promise.all([
          opened.api.list(context.signal),
          opened.namespaces.list(context.signal),
        ]);
        const known = {
          endpoints: held.map(({ endpoint }) => endpoint),
          namespaces: namespaces.map(({ name }) => name),
        };
        await finish(lintPolicy(policy, { now, size, ...known }), opened.warnings);
      });
    });
}
