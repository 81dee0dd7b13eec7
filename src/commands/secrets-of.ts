import type { Context } from '../context.ts';
import { makeSecrets, type Secrets } from '../profile/secrets.ts';

/** The resolver of secret references for one run of a command. */
export function secretsOf(
  context: Context,
  options: { readonly allowExec?: boolean | undefined; readonly offline?: boolean | undefined } = {},
): Secrets {
  const { ports, env, platform, redactor, signal } = context;
  return makeSecrets({
    files: ports.files,
    fetchers: ports.secretFetchers,
    env,
    platform,
    redactor,
    signal,
    allowExec: options.allowExec === true,
    offline: options.offline === true,
  });
}
