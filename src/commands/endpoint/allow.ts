import type { Context } from '../../context.ts';
import { changeCallers } from '../../endpoints/caller-change.ts';
import { enforcementNotes } from '../../endpoints/consequences.ts';
import type { CallerEntry } from '../../endpoints/endpoint.ts';
import { endOf } from '../../endpoints/until.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { changeView } from '../../views/endpoint.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { keeperOf } from './keeper-of.ts';
import { atLeastOne, namespacesOf } from './namespaces.ts';
import { withFile } from './with-file.ts';
import { checkRegistered } from './registered.ts';
import { withWriting, writeThenSay } from './writing.ts';

export function endpointAllow(command: Command, context: Context) {
  return withConnection(withWriting(withOutput(command, 'text', 'json')))
    .argument('<endpoint>', 'name or id')
    .argument('[namespaces...]', 'caller namespaces; on Cloud their ids')
    .option('--namespace-file <path>', 'more of them, one a line, - for stdin')
    .option('-f, --file <path>', 'change this nexus.yaml too; its comments stay')
    .option('--owner <name>', 'who answers for the entry')
    .option('--reason <text>', 'why it is there')
    .option('--ref <url>', 'the change that brought it')
    .option('--until <day>', 'until 24:00 UTC of a day, or an RFC 3339 time')
    .addHelpText(
      'after',
      examples(
        ['one more caller', 'nexusctl endpoint allow billing orders.a1b2c'],
        ['several, from a file', 'nexusctl endpoint allow billing --namespace-file callers.txt'],
        [
          'self-hosted, with who, why and until when',
          'nexusctl endpoint allow billing orders --owner team-orders --reason TICKET-123 --until 2027-03-31',
        ],
      ),
    )
    .action(async (endpoint, given, options) => {
      const namespaces = atLeastOne(await namespacesOf(context, given, options.namespaceFile));
      const said = factsOf(options);
      await withBackend(context, options, 'write', async (opened) => {
        if (opened.kind === 'cloud' && options.file === undefined && Object.keys(said).length > 0)
          throw cloudKeepsNoFacts();
        const force = options.force === true;
        const kept = await keeperOf(context, opened, [endpoint], { force, urgent: false });
        const warnings = [...opened.warnings, ...kept.warnings];
        warnings.push(...(await checkRegistered(context, opened, namespaces, 'caller', force)));
        const entries = namespaces.map((namespace): CallerEntry => ({ namespace, ...said }));
        await writeThenSay(context, options, async (writing) => {
          const wanted = { endpoints: kept.names, edit: { kind: 'allow', entries }, block: [] } as const;
          const file = {
            path: options.file,
            edits: [{ kind: 'allow', endpoint: kept.names[0] ?? endpoint, entries }],
            dryRun: writing.dryRun,
            first: false,
          } as const;
          const { result: outcomes, fileChanged } = await withFile(context, file, () =>
            changeCallers(kept.keeper, wanted, writing),
          );
          const [outcome] = outcomes;
          if (outcome === undefined) return undefined;
          if (opened.kind === 'self-hosted') warnings.push(...enforcementNotes(await opened.enforcement(), true));
          const changed = outcome.change.changed || fileChanged === true;
          const facts = { ...(fileChanged === undefined ? {} : { fileChanged }), changed };
          const result = { ...(await opened.envelope()), ...outcome.change, ...facts, warnings };
          return async () => emitWarned(context, options, changeView, result, outcome.pending ? 8 : 0);
        });
      });
    });
}

type Facts = Omit<CallerEntry, 'namespace'>;

function factsOf(options: { readonly [K in keyof Facts]?: string | undefined }): Facts {
  const { owner, reason, ref, until } = options;
  if (until !== undefined && endOf(until) === null)
    throw new NexusctlError('USAGE', `--until '${until}' is no day and no RFC 3339 time`, { hint: 'e.g. 2027-03-31' });
  return Object.fromEntries(Object.entries({ owner, reason, ref, until }).filter(([, value]) => value !== undefined));
}

function cloudKeepsNoFacts(): NexusctlError {
  return new NexusctlError('USAGE', 'Temporal Cloud keeps no owner, reason, ref or until', {
    hint: 'keep them in a nexus.yaml: add -f nexus.yaml',
  });
}
