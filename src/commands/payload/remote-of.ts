import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { codecEndpoint } from '../../profile/codec-endpoint.ts';
import { makeRemote } from '../../payload/remote.ts';
import type { Change } from '../../payload/handled.ts';
import type { KeysInUse } from './keys-of.ts';

const timeoutMs = 30_000;

/**
 * Decoding through the codec server of the profile: when it was typed, or when there is no key to decode with.
 * Null when this machine's keys decode.
 */
export async function remoteOf(context: Context, { keys, profile, secrets }: KeysInUse): Promise<Change | null> {
  const { endpoint, auth, headers } = profile.codec;
  if (endpoint === undefined) return null;
  const own = keys.keyring.keys.size > 0 || keys.keyring.presets.size > 0;
  if (endpoint.origin.kind !== 'flag' && own) return null;
  const namespace = keys.namespace ?? '';
  const url = `${codecEndpoint(endpoint.value).replaceAll('{namespace}', namespace).replace(/\/+$/, '')}/decode`;
  const credential: Record<string, string> = {};
  if (auth !== undefined)
    credential['Authorization'] = Buffer.from(await secrets.resolve(auth.value))
      .toString('utf8')
      .trim();
  for (const { name, value } of headers) credential[name] = value;
  const { serverCa } = profile.tls;
  const ca = serverCa && Buffer.from(await secrets.resolve(serverCa.value)).toString('utf8');
  const probe = await context.ports.codecProbe();
  return makeRemote(async (body) => {
    const answer = await probe.send({
      url,
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Namespace': namespace },
      credential,
      plaintextHost: profile.plaintextKeyHost?.value,
      body,
      timeoutMs,
      ca,
      signal: context.signal,
    });
    if (answer.ok) return answer;
    if (context.signal.aborted) throw context.signal.reason;
    const { stage, errno } = answer;
    if (stage === 'credential')
      throw new NexusctlError(
        'INSECURE_CREDENTIAL',
        `the codec server ${url} is not verified: no credential goes there`,
        {
          hint: 'use https, or on loopback allow it with --allow-plaintext-key HOST, or leave the credential out',
        },
      );
    throw new NexusctlError(
      stage === 'tls' ? 'TLS_FAILED' : 'UNREACHABLE',
      `the codec server ${url} does not answer (${stage}${errno === '' ? '' : `, ${errno}`})`,
      {
        hint: 'nexusctl codec-server test URL finds out why',
      },
    );
  });
}
