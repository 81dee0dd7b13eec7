import { NexusctlError } from '../errors/nexusctl-error.ts';

/**
 * The token of the next page, which no page had before: a server that repeats one would be read for ever.
 * @throws NexusctlError PROTOCOL_ERROR
 */
export function unseen<T extends string | Uint8Array>(seen: Set<string>, token: T): T {
  const text = typeof token === 'string' ? token : Buffer.from(token).toString('base64');
  if (seen.has(text))
    throw new NexusctlError('PROTOCOL_ERROR', 'the server gives the same page again and again', {
      hint: 'report this to the operator of the server',
    });
  seen.add(text);
  return token;
}
