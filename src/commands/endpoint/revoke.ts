import type { Context } from '../../context.ts';
import { changeCallers } from '../../endpoints/caller-change.ts';
import { enforcementNotes, removalSentence } from '../../endpoints/consequences.ts';
import type { CallerEntry } from '../../endpoints/endpoint.ts';
import type { FileEdit } from '../../endpoints/nexus-file/edit.ts';
import { readNexusFile } from '../../endpoints/nexus-file/nexus-file.ts';
import { readInput } from '../input.ts';
import { withFile } from './with-file.ts';
import type { Edit } from '../../endpoints/allowlist.ts';
import { combineExitCodes } from '../../errors/exit-codes.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { changesView, changeView } from '../../views/endpoint.ts';
import { nearest } from '../../profile/nearest.ts';
import { withBackend, type Opened } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { confirm } from '../confirm.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { keeperOf } from './keeper-of.ts';
import { atLeastOne, namespacesOf } from './namespaces.ts';
import { withWriting, writeThenSay } from './writing.ts';

export function endpointRevoke(command: Command, context: Context) {
  return withConnection(withWriting(withOutput(command, 'text', 'json')))
    .argument('[endpoint]', 'name or id; none with --all')
    .argument('[namespaces...]', 'caller namespaces to take off')
    .option('--all <namespace>', 'take this namespace off every endpoint')
    .option('--namespace-file <path>', 'more of them, one a line, - for stdin')
    .option('-f, --file <path>', 'change this nexus.yaml too; its comments stay')
    .option('--block', 'also put them on the blocked list, which wins over every later allow')
    .addHelpText(
      'after',
      examples(
        ['one caller less', 'nexusctl endpoint revoke billing legacy.a1b2c'],
        ['an incident: off every endpoint at once', 'nexusctl endpoint revoke --all legacy.a1b2c --yes'],
        ['and kept off by the policy (self-hosted)', 'nexusctl endpoint revoke --all legacy --block --yes'],
      ),
    )
    .action(async (endpoint, given, options) => {
      const { all } = options;
      if (all !== undefined && (endpoint !== undefined || given.length > 0))
        throw new NexusctlError('USAGE', 'with --all NAMESPACE no endpoint is named');
      if (all === undefined && endpoint === undefined)
        throw new NexusctlError('USAGE', 'an endpoint is missing', { hint: 'name it, or use --all NAMESPACE' });
      const named = await namespacesOf(context, all === undefined ? given : [all], options.namespaceFile);
      const namespaces = atLeastOne(named);
      await withBackend(context, options, 'write', async (opened) => {
        if (options.block === true && opened.kind === 'cloud' && options.file === undefined) throw noBlockingThere();
        const block = options.block === true;
        const listed = endpoint === undefined ? await listsWith(context, opened, namespaces, block) : null;
        const endpoints = endpoint === undefined ? (listed?.names ?? []) : [endpoint];
        const force = options.force === true;
        const kept = await keeperOf(context, opened, endpoints, { force, urgent: true });
        const warnings = [...opened.warnings, ...kept.warnings];
        const edit: Edit = { kind: 'revoke', namespaces };
        const notes = [removalSentence(opened.kind, await opened.enforcement())];
        if (endpoint === undefined && endpoints.length > 0 && options.dryRun !== true)
          await confirm(context, options, {
            text: [
              `${namespaces.join(', ')} will be taken off ${String(endpoints.length)} endpoints: ${endpoints.join(', ')}`,
              ...notes,
            ].join('\n'),
          });
        await writeThenSay(context, options, async (writing) => {
          const wanted = { endpoints: kept.names, edit, block: block ? namespaces : [] };
          const file = {
            path: options.file,
            edits: await fileEdits(
              context,
              options.file,
              endpoint === undefined ? null : kept.names,
              namespaces,
              block,
            ),
            dryRun: writing.dryRun,
            first: true,
          };
          const { result: outcomes, fileChanged } = await withFile(context, file, async () =>
            endpoints.length === 0 ? [] : await changeCallers(kept.keeper, wanted, writing),
          );
          const changed = outcomes.some(({ change }) => change.changed);
          if (changed && options.file === undefined && opened.kind === 'cloud')
            warnings.push(
              'a nexus.yaml or Terraform state that still lists it gives it back at its next apply: take it out there too (-f nexus.yaml)',
            );
          const known = listed?.known ?? outcomes.flatMap(({ change }) => change.before?.callers ?? []);
          if (!block && fileChanged !== true) warnings.push(...notListed(namespaces, known, endpoint));
          if (opened.kind === 'self-hosted') warnings.push(...enforcementNotes(await opened.enforcement(), true));
          const envelope = await opened.envelope();
          const exitCode = combineExitCodes(outcomes.map(({ pending }) => (pending ? 8 : 0)));
          const digest = opened.kind === 'self-hosted' && !writing.dryRun ? await digestOf(opened) : undefined;
          const facts = {
            ...envelope,
            ...(fileChanged === undefined ? {} : { fileChanged }),
            ...(digest === undefined ? {} : { policyDigest: digest }),
          };
          const told = [
            ...(changed ? notes : []),
            ...(fileChanged === true ? [`${options.file ?? ''}: ${writing.dryRun ? 'would change' : 'changed'}`] : []),
            ...(digest === undefined
              ? []
              : [`policy digest ${digest}: written, not proven loaded; see \`nexusctl endpoint policy status\``]),
          ];
          if (endpoint !== undefined) {
            const [outcome] = outcomes;
            if (outcome !== undefined)
              return async () =>
                emitWarned(
                  context,
                  options,
                  changeView,
                  { ...facts, ...outcome.change, warnings, notes: told },
                  exitCode,
                );
            return undefined;
          }
          const results = outcomes.map(({ change }, index) => ({
            ...change,
            warnings: [],
            notes: index === outcomes.length - 1 ? told : [],
          }));
          return async () =>
            emitWarned(
              context,
              options,
              changesView,
              { ...facts, ...(results.length === 0 && told.length > 0 ? { notes: told } : {}), results, warnings },
              exitCode,
            );
        });
      });
    });
}

interface Listed {
  /** Of the endpoints whose list has one of the namespaces; with --block also of those that have an entry at all. */
  readonly names: readonly string[];
  /** Every entry of every list. */
  readonly known: readonly CallerEntry[];
}

async function listsWith(
  context: Context,
  { kind, api, policy }: Opened,
  namespaces: readonly string[],
  block: boolean,
): Promise<Listed> {
  const lists =
    kind === 'cloud'
      ? (await api.list(context.signal)).map(({ endpoint }) => endpoint)
      : [...((await policy?.read())?.endpoints ?? [])].map(([name, { callers }]) => ({ name, callers }));
  const everywhere = block && kind === 'self-hosted';
  const wanted = new Set(namespaces);
  return {
    names: lists
      .filter(({ callers }) => everywhere || callers.some(({ namespace }) => wanted.has(namespace)))
      .map(({ name }) => name),
    known: lists.flatMap<CallerEntry>(({ callers }) => callers),
  };
}

/** A name that was on no list may be mistyped: then somebody may still call who was meant to be taken off. */
function notListed(
  namespaces: readonly string[],
  known: readonly CallerEntry[],
  endpoint: string | undefined,
): readonly string[] {
  const names = [...new Set(known.map(({ namespace }) => namespace))];
  return namespaces
    .filter((namespace) => !names.includes(namespace))
    .map((namespace) => {
      const close = nearest(namespace, names);
      const where = endpoint === undefined ? 'any list' : `the list of ${endpoint}`;
      return `${namespace} was not on ${where}${close === undefined ? '' : `; did you mean ${close}?`}`;
    });
}

/** With --all every endpoint of the file that names one of them, or, to block it, every endpoint of the file. */
async function fileEdits(
  context: Context,
  path: string | undefined,
  names: readonly string[] | null,
  namespaces: readonly string[],
  block: boolean,
): Promise<readonly FileEdit[]> {
  if (path === undefined) return [];
  const { endpoints } = await readNexusFile(path, await readInput(context, path, 64 * 1024 * 1024));
  const listed = endpoints.filter(
    ({ allow = [] }) => block || allow.some(({ namespace }) => namespaces.includes(namespace)),
  );
  return (names ?? listed.map(({ name }) => name)).map((endpoint) => ({ kind: 'revoke', endpoint, namespaces, block }));
}

async function digestOf({ policy }: Opened): Promise<string | undefined> {
  return (await policy?.read())?.digest;
}

function noBlockingThere(): NexusctlError {
  return new NexusctlError('UNSUPPORTED_BY_SERVER', 'Temporal Cloud has no blocked list', {
    hint: 'revoke it, and put it on `blocked` of nexus.yaml so that the next apply does not give it back: add -f nexus.yaml',
  });
}
