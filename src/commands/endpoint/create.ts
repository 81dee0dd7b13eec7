import type { Context } from '../../context.ts';
import { createEndpoint } from '../../endpoints/change.ts';
import { enforcementNotes } from '../../endpoints/consequences.ts';
import { lintCount, lintWish } from '../../endpoints/lint.ts';
import { readForChange, rewritePolicy } from '../../endpoints/policy/change.ts';
import { sharingTarget, theyLead, type Endpoint, type NewEndpoint } from '../../endpoints/endpoint.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { changeView } from '../../views/endpoint.ts';
import { withBackend, type Opened } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { collect, examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { descriptionOf } from './description.ts';
import { namespacesOf } from './namespaces.ts';
import { checkRegistered } from './registered.ts';
import { noProjects } from './projects.ts';
import { newTarget } from './target.ts';
import { withWriting, writeThenSay } from './writing.ts';

export function endpointCreate(command: Command, context: Context) {
  return withConnection(withWriting(withOutput(command, 'text', 'json')))
    .argument('<name>', 'letters, digits and hyphens')
    .option('--target-namespace <namespace>', 'namespace of the handler; on Cloud its id')
    .option('--target-task-queue <name>', 'task queue of the handler')
    .option('--target-url <url>', 'URL instead of a worker (self-hosted, experimental in the server)')
    .option('--description <text>', 'Markdown for people')
    .option('--description-file <path>', 'the same from a file, - for stdin')
    .option('--allow-namespace <namespace>', 'a caller; repeatable', collect)
    .option('--namespace-file <path>', 'callers, one a line, - for stdin')
    .option('--project <id>', 'the project that it belongs to (Cloud)')
    .addHelpText(
      'after',
      examples(
        [
          'an endpoint that nobody may call yet',
          'nexusctl endpoint create billing --target-namespace billing.a1b2c --target-task-queue billing',
        ],
        [
          'with two callers',
          'nexusctl endpoint create billing --target-namespace billing.a1b2c --target-task-queue billing --allow-namespace orders.a1b2c --allow-namespace web.a1b2c',
        ],
      ),
    )
    .action(async (name, options) => {
      const callers = await namespacesOf(context, options.allowNamespace ?? [], options.namespaceFile);
      const description = await descriptionOf(context, options);
      const wish: NewEndpoint = {
        name,
        target: newTarget(options),
        callers,
        ...(typeof description === 'string' ? { description } : {}),
        ...(options.project === undefined ? {} : { projectId: options.project }),
      };
      await withBackend(context, options, 'write', async (opened) => {
        const force = options.force === true;
        if (options.project !== undefined && opened.kind === 'self-hosted') throw noProjects();
        const warnings = [...opened.warnings, ...lintWish(wish, opened.kind)];
        const targets = wish.target.kind === 'worker' ? [wish.target.namespace] : [];
        warnings.push(...(await checkRegistered(context, opened, targets, 'target', force)));
        warnings.push(...(await checkRegistered(context, opened, callers, 'caller', force)));
        if (opened.kind === 'self-hosted' && callers.length > 0) await readForChange(opened.policy);
        const all = await opened.api.list(context.signal);
        if (!all.some(({ endpoint }) => endpoint.name === name) && opened.kind === 'cloud')
          warnings.push(...lintCount(all.length));
        const shared = sharingTarget(
          { name, target: wish.target, callers: [] },
          all.map(({ endpoint }) => endpoint),
        );
        if (shared.length > 0)
          warnings.push(
            `${theyLead(shared)} to the same target already: who may call one of them reaches the same handler`,
          );
        await writeThenSay(context, options, async (writing) => {
          const { change, pending } = await createEndpoint(opened.api, wish, writing);
          const entry = await writeEntry(context, opened, change.after, wish, writing.dryRun);
          if (opened.kind === 'self-hosted')
            warnings.push(...enforcementNotes(await opened.enforcement(), opened.policy !== null));
          const result = {
            ...change,
            ...(entry === null ? {} : { after: entry.after, changed: change.changed || entry.changed }),
          };
          return async () =>
            emitWarned(
              context,
              options,
              changeView,
              { ...(await opened.envelope()), ...result, warnings },
              pending ? 8 : 0,
            );
        });
      });
    });
}

/** On a self-hosted cluster the list of a new endpoint goes into the policy, when there is one. */
async function writeEntry(
  context: Context,
  { kind, policy }: Opened,
  after: Endpoint | null,
  { name, callers }: NewEndpoint,
  dryRun: boolean,
): Promise<{ readonly after: Endpoint | null; readonly changed: boolean } | null> {
  if (kind === 'cloud') return null;
  const seen = (await policy?.read()) ?? null;
  const base = after ?? { name, callers: [] };
  if (seen === null || policy === null || callers.length === 0 || seen.endpoints.has(name))
    return { after: underPolicy(base, seen, context.now()), changed: false };
  const entry = { callers: callers.map((namespace) => ({ namespace })), blocked: [] };
  const written = await rewritePolicy(policy, seen, new Map([[name, entry]]), dryRun);
  return { after: underPolicy(base, written.after, context.now()), changed: written.changed };
}
