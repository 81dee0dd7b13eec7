import type { Context } from '../../../context.ts';
import { enforcementOf, unknownEnforcement, type Enforcement } from '../../../endpoints/self-hosted.ts';
import { NexusctlError } from '../../../errors/nexusctl-error.ts';
import { backendToRead } from '../../../profile/backend.ts';
import type { Connection } from '../../../profile/connection.ts';
import { makeProgress } from '../../../output/progress.ts';
import { policyStatusView, type PolicyStatusResult } from '../../../views/policy.ts';
import { policyOf } from '../../backend-of.ts';
import { frontendConnection } from '../../connection-of.ts';
import type { Command } from '../../commander.ts';
import { emitWarned } from '../../emit-warned.ts';
import { collect, examples, parseDuration, withOutput } from '../../options.ts';
import { profileOf, withConnection } from '../../profile-of.ts';
import { secretsOf } from '../../secrets-of.ts';
import { sleep } from '../writing.ts';

export function policyStatus(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json'))
    .option(
      '--frontend <host:port>',
      "another frontend to ask; repeatable (default: every address of the profile's name)",
      collect,
    )
    .option('--wait <duration>', 'ask again until all have loaded it', parseDuration)
    .addHelpText(
      'after',
      examples(
        ['which server has loaded which policy; exit 8 until all have this one', 'nexusctl endpoint policy status'],
        ['wait for it', 'nexusctl endpoint policy status --wait 30s'],
      ),
    )
    .action(async (options) => {
      const profile = await profileOf(context, options);
      if (backendToRead(profile).backend === 'cloud')
        throw new NexusctlError(
          'UNSUPPORTED_BY_SERVER',
          'Temporal Cloud keeps the allowlist itself: there is no policy',
          {
            hint: 'see it with `nexusctl endpoint callers`, or choose the profile of a self-hosted cluster',
          },
        );
      const store = await policyOf(context, profile);
      const policy = (await store?.read()) ?? null;
      const secrets = secretsOf(context, options);
      const base = await frontendConnection(context, profile, secrets);
      const connections = await frontendsOf(context, base, options.frontend ?? []);
      const until = context.now().getTime() + (options.wait ?? 0);
      const progress = makeProgress(context);
      let result: PolicyStatusResult;
      try {
        for (;;) {
          const asked = await Promise.all(connections.map((connection) => askOne(context, connection)));
          const items = withoutAbsentLoopback(base.address, asked);
          result = statusOf(policy === null ? undefined : policy.digest, store?.path, items);
          if (result.loaded || context.now().getTime() >= until) break;
          progress.show('waiting until every frontend has loaded the policy');
          await sleep(Math.min(500, Math.max(1, until - context.now().getTime())), context.signal);
        }
      } finally {
        progress.clear();
      }
      const reached = result.items.filter(({ enforced }) => enforced !== 'unknown');
      if (reached.length === 0)
        throw new NexusctlError('UNREACHABLE', `no frontend of ${base.address} could be asked`, {
          hint: 'run `nexusctl connect-test` to find out where the path ends',
        });
      await emitWarned(context, options, policyStatusView, result, result.loaded ? 0 : 8);
    });
}

/** A name with several addresses is several frontends; each is asked by its address, under the name it must prove. */
async function frontendsOf(
  context: Context,
  base: Connection,
  given: readonly string[],
): Promise<readonly Connection[]> {
  if (given.length > 0) return given.map((address) => ({ ...base, address }));
  const { addressesOf } = await context.ports.endpoints();
  const addresses = await addressesOf(base.address);
  if (addresses.length <= 1) return [base];
  const name = base.address.slice(0, base.address.lastIndexOf(':'));
  const tls = base.tls === null ? null : { ...base.tls, serverName: base.tls.serverName ?? name };
  return addresses.map((address) => ({ ...base, address, tls }));
}

async function askOne(context: Context, connection: Connection): Promise<Enforcement & { readonly address: string }> {
  const [adapters, openRpc] = await Promise.all([context.ports.endpoints(), context.ports.rpc()]);
  const frontend = adapters.frontend(openRpc(connection));
  try {
    return { address: connection.address, ...enforcementOf(await frontend.headers(context.signal)) };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof NexusctlError)) throw error;
    return { address: connection.address, ...unknownEnforcement, problem: error.code };
  } finally {
    frontend.close();
  }
}

/** `localhost` has two addresses where often only one is served: that is no second frontend. */
function withoutAbsentLoopback(address: string, items: PolicyStatusResult['items']): PolicyStatusResult['items'] {
  const reached = items.filter(({ enforced }) => enforced !== 'unknown');
  return address.startsWith('localhost:') && reached.length > 0 ? reached : items;
}

function statusOf(
  digest: string | undefined,
  path: string | undefined,
  items: PolicyStatusResult['items'],
): PolicyStatusResult {
  return {
    backend: 'self-hosted',
    ...(path === undefined ? {} : { path }),
    ...(digest === undefined ? {} : { digest }),
    loaded: digest !== undefined && items.every((item) => item.enforced === true && item.digest === digest),
    items: items.map((item) => ({ ...item, loaded: digest !== undefined && item.digest === digest })),
    warnings: digest === undefined ? ['no policy file is named, so nothing can be compared'] : [],
  };
}
