import type { Context } from '../../context.ts';
import type { Caller, Endpoint } from '../../endpoints/endpoint.ts';
import { sharingTarget, theyLead } from '../../endpoints/endpoint.ts';
import { endpointNotFound } from '../../endpoints/change.ts';
import { enforcementNotes } from '../../endpoints/consequences.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { callersView, type CallersResult } from '../../views/endpoint.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { fromFiles, withFiles } from './offline.ts';

export function endpointCallers(command: Command, context: Context) {
  return withFiles(withConnection(withOutput(command, 'text', 'json', 'jsonl', 'csv')))
    .argument('<endpoint>', 'name or id')
    .option('--check', 'exit 1 when an entry is live that the file does not explain, or has expired')
    .addHelpText(
      'after',
      examples(
        ['who may call billing', 'nexusctl endpoint callers billing'],
        ['with owner, reason and end out of the reviewed file', 'nexusctl endpoint callers billing -f nexus.yaml'],
        [
          'fail when somebody is live whom nobody has explained',
          'nexusctl endpoint callers billing -f nexus.yaml --check',
        ],
      ),
    )
    .action(async (name, options) => {
      if (options.check === true && options.file === undefined)
        throw new NexusctlError('USAGE', '--check compares with a file', { hint: 'add -f nexus.yaml' });
      const file = options.file === undefined && options.offline !== true ? null : await fromFiles(context, options);
      const known = file?.endpoints.find((endpoint) => endpoint.name === name);
      if (options.offline === true) {
        if (known === undefined || file === null) throw endpointNotFound(name);
        await emitWarned(context, options, callersView, {
          backend: file.backend,
          ...resultOf(known, [], known.callers, []),
        });
        return;
      }
      await withBackend(context, options, 'read', async (opened) => {
        const [held, policy] = await Promise.all([opened.api.list(context.signal), opened.policy?.read() ?? null]);
        const all = held.map(({ endpoint }) => endpoint);
        const found = all.find((one) => one.name === name) ?? all.find((one) => one.id === name);
        if (found === undefined) throw endpointNotFound(name);
        const inFile = file?.endpoints.find((one) => one.name === found.name);
        const blocked = inFile?.blocked === undefined ? {} : { blocked: inFile.blocked };
        const endpoint = opened.kind === 'cloud' ? { ...found, ...blocked } : underPolicy(found, policy, context.now());
        const explained = file === null ? undefined : (inFile?.callers ?? []);
        const warnings = [
          ...opened.warnings,
          ...(opened.kind === 'cloud' ? [] : enforcementNotes(await opened.enforcement(), policy !== null)),
        ];
        const result = resultOf(endpoint, sharingTarget(found, all), joined(endpoint, explained), warnings);
        const bad = result.items.some(
          (item) => item.live !== false && (item.explained === false || item.status === 'expired'),
        );
        await emitWarned(
          context,
          options,
          callersView,
          { ...(await opened.envelope()), ...result },
          options.check === true && bad ? 1 : 0,
        );
      });
    });
}

function resultOf(
  endpoint: Endpoint,
  shared: readonly string[],
  items: CallersResult['items'],
  warnings: readonly string[],
): CallersResult {
  const { name, everyone, blocked } = endpoint;
  const sharing =
    shared.length === 0
      ? []
      : [`${theyLead(shared)} to the same target: whoever may call one of them reaches the same handler`];
  return {
    endpoint: name,
    ...(everyone === undefined ? {} : { everyone }),
    ...(blocked === undefined ? {} : { blocked }),
    items,
    warnings: [...warnings, ...sharing],
  };
}

/** What is live, with what the file says about it; then what only the file has. */
function joined(endpoint: Endpoint, explained: readonly Caller[] | undefined): CallersResult['items'] {
  if (explained === undefined) return endpoint.callers;
  const inFile = new Map(explained.map((caller) => [caller.namespace, caller]));
  const live = new Set(endpoint.callers.map(({ namespace }) => namespace));
  return [
    ...endpoint.callers.map((caller) => {
      const known = inFile.get(caller.namespace);
      return { ...caller, ...known, live: true, explained: known !== undefined };
    }),
    ...explained
      .filter(({ namespace }) => !live.has(namespace))
      .map((caller) => ({ ...caller, live: false, explained: true })),
  ];
}
