import type { Context } from '../../context.ts';
import { gainsAndLoses } from '../../endpoints/allowlist.ts';
import { policyOutcome } from '../../endpoints/caller-change.ts';
import { endpointNotFound, rewrite } from '../../endpoints/change.ts';
import type { Outcome } from '../../endpoints/write.ts';
import { enforcementNotes, removalSentence } from '../../endpoints/consequences.ts';
import type { Endpoint } from '../../endpoints/endpoint.ts';
import { lintWish } from '../../endpoints/lint.ts';
import { readForChange, rewritePolicy } from '../../endpoints/policy/change.ts';
import { underPolicy } from '../../endpoints/self-hosted.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { changeView } from '../../views/endpoint.ts';
import { withBackend, type Opened } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { confirm } from '../confirm.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { keeperOf } from './keeper-of.ts';
import { namespacesOf } from './namespaces.ts';
import { checkRegistered } from './registered.ts';
import { withWriting, writeThenSay } from './writing.ts';

export function endpointSetCallers(command: Command, context: Context) {
  return withConnection(withWriting(withOutput(command, 'text', 'json')))
    .argument('<endpoint>', 'name or id')
    .argument('[namespaces...]', 'the whole list')
    .option('--namespace-file <path>', 'the whole list, one a line, - for stdin')
    .option('--none', 'nobody may call it')
    .option('--default', "no entry of its own: the policy's default counts (self-hosted)")
    .addHelpText(
      'after',
      examples(
        ['exactly these; shows who loses and asks', 'nexusctl endpoint set-callers billing orders.a1b2c web.a1b2c'],
        ['nobody', 'nexusctl endpoint set-callers billing --none --yes'],
        ['back to the default of the policy', 'nexusctl endpoint set-callers billing --default'],
      ),
    )
    .action(async (name, given, options) => {
      const callers = await namespacesOf(context, given, options.namespaceFile);
      const ways = [callers.length > 0, options.none === true, options.default === true].filter(Boolean);
      if (ways.length !== 1)
        throw new NexusctlError('USAGE', 'say one of: namespaces, --none, --default', {
          hint: 'an empty list is only written with --none',
        });
      await withBackend(context, options, 'write', async (opened) => {
        if (options.default === true && opened.kind === 'cloud')
          throw new NexusctlError(
            'UNSUPPORTED_BY_SERVER',
            'Temporal Cloud has no default: nobody may call who is not listed',
            {
              hint: 'use --none',
            },
          );
        const warnings = [...opened.warnings, ...lintWish({ callers }, opened.kind)];
        const wished = options.default === true ? null : callers;
        const set = opened.kind === 'cloud' ? setOnCloud : setInPolicy;
        const force = options.force === true;
        const plan = await set(context, opened, name, wished, force);
        const { gains, loses } = gainsAndLoses(plan.before.callers, plan.after.callers);
        warnings.push(...(await checkRegistered(context, opened, gains, 'caller', force)), ...plan.warnings);
        const enforcement = await opened.enforcement();
        const notes = [...(loses.length === 0 ? [] : [removalSentence(opened.kind, enforcement)])];
        const shutsOut = plan.before.everyone === true && plan.after.everyone !== true;
        if ((loses.length > 0 || shutsOut) && options.dryRun !== true)
          await confirm(context, options, {
            text: [
              shutsOut
                ? `${plan.before.name}: until now every namespace may call it; after this only ${callers.join(', ') || 'nobody'}`
                : `${plan.before.name}: ${loses.join(', ')} may not call it any more`,
              ...(gains.length === 0 ? [] : [`gains: ${gains.join(', ')}`]),
              ...notes,
            ].join('\n'),
          });
        if (opened.kind === 'self-hosted') warnings.push(...enforcementNotes(enforcement, true));
        await writeThenSay(context, options, async (writing) => {
          const { change, pending } = await plan.write(writing);
          const result = { ...(await opened.envelope()), ...change, warnings, notes };
          return async () => emitWarned(context, options, changeView, result, pending ? 8 : 0);
        });
      });
    });
}

interface Plan {
  readonly before: Endpoint;
  readonly after: Endpoint;
  readonly warnings: readonly string[];
  readonly write: (writing: Parameters<typeof rewrite>[4]) => Promise<Outcome>;
}

async function setOnCloud(
  context: Context,
  { api }: Opened,
  name: string,
  wished: readonly string[] | null,
): Promise<Plan> {
  const held = await api.find(name, context.signal);
  if (held === null) throw endpointNotFound(name);
  const callers = wished ?? [];
  return {
    before: held.endpoint,
    after: { ...held.endpoint, callers: callers.map((namespace) => ({ namespace, status: 'active' })) },
    warnings: [],
    write: (writing) => rewrite(api, 'set-callers', held, { callers }, writing),
  };
}

async function setInPolicy(
  context: Context,
  opened: Opened,
  name: string,
  wished: readonly string[] | null,
  force: boolean,
): Promise<Plan> {
  const [seen, store] = await readForChange(opened.policy);
  const { keeper, names, warnings } = await keeperOf(context, opened, [name], { force, urgent: false });
  const own = names[0] ?? name;
  const endpoint = (keeper.kind === 'self-hosted' ? keeper.endpoint(own) : null) ?? { name: own, callers: [] };
  const old = seen.endpoints.get(own);
  const entry =
    wished === null
      ? null
      : {
          ...(old?.id === undefined ? {} : { id: old.id }),
          callers: wished.map(
            (namespace) => old?.callers.find((caller) => caller.namespace === namespace) ?? { namespace },
          ),
          blocked: old?.blocked ?? [],
        };
  const entries = new Map([[own, entry]]);
  const preview = await rewritePolicy(store, seen, entries, true);
  return {
    before: underPolicy(endpoint, seen, context.now()),
    after: underPolicy(endpoint, preview.after, context.now()),
    warnings,
    write: async ({ dryRun, now }) => {
      const { after } = await rewritePolicy(store, seen, entries, dryRun);
      return policyOutcome('set-callers', endpoint, seen, after, now(), dryRun);
    },
  };
}
