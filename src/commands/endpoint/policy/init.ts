import { resolve } from 'node:path';
import type { Context } from '../../../context.ts';
import { policyText } from '../../../endpoints/policy/store.ts';
import { NexusctlError } from '../../../errors/nexusctl-error.ts';
import { policyInitView } from '../../../views/policy.ts';
import { policyOf } from '../../backend-of.ts';
import type { Command } from '../../commander.ts';
import { emitWarned } from '../../emit-warned.ts';
import { examples, withOutput } from '../../options.ts';
import { profileOf, withConnection } from '../../profile-of.ts';

const schema = 'https://nexusctl.dev/schemas/nexus-policy.schema.json';

export function policyInit(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json'))
    .option('--dry-run', 'show what would be written')
    .addHelpText(
      'after',
      examples([
        'a policy under which nobody may call anything yet',
        'nexusctl endpoint policy init --policy-file nexus-policy.json',
      ]),
    )
    .action(async (options) => {
      const profile = await profileOf(context, options);
      const store = await policyOf(context, profile);
      if (store === null)
        throw new NexusctlError('USAGE', 'where to write the policy is not said', {
          hint: 'name the file with --policy-file, NEXUSCTL_POLICY_FILE or policy_file of the profile',
        });
      const text = policyText({ schema, default: 'deny', endpoints: new Map() });
      const path = resolve(context.cwd, store.path);
      const dryRun = options.dryRun === true;
      if (dryRun && (await store.read()) !== null)
        throw new NexusctlError('FILE_EXISTS', `${path} is there already`, { hint: 'name another file' });
      const digest = dryRun ? undefined : (await store.create(text)).digest;
      const result = {
        backend: 'self-hosted',
        path,
        default: 'deny',
        changed: true,
        dryRun,
        ...(digest === undefined ? {} : { digest }),
      } as const;
      await emitWarned(context, options, policyInitView, { ...result, text, warnings: [] });
    });
}
