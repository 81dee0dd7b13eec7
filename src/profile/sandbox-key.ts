import { isLoopbackHost } from '../connectivity/address.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';

/** By this the key of a rehearsal account is known anywhere. The sandbox's folders begin otherwise: keys are masked. */
export const sandboxKeyPrefix = 'key-of-nexusctl-sandbox-';

/**
 * Whether an API key of a rehearsal account is about to go where no rehearsal can be: it is never sent off this
 * machine (security.md 23).
 */
export function isStraySandboxKey(key: string, host: string): boolean {
  return key.startsWith(sandboxKeyPrefix) && !isLoopbackHost(host);
}

/** @throws NexusctlError INSECURE_CREDENTIAL */
export function refuseStraySandboxKey(key: string, host: string): void {
  if (!isStraySandboxKey(key, host)) return;
  throw new NexusctlError('INSECURE_CREDENTIAL', `the key of a rehearsal account does not go to ${host}`, {
    hint: 'unset the variables of `nexusctl sandbox start`, or use the key of the account behind that address',
    details: { host },
  });
}
