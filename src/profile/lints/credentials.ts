import { hostOf } from '../backend.ts';
import { originText, type Profile, type ProfileFinding } from '../profile.ts';
import type { Sources } from '../reader.ts';

type Draft = Omit<Profile, 'findings'>;

export function halfPair({ tls: { clientCert, clientKey } }: Draft): ProfileFinding[] {
  const [there, missing] =
    clientCert === undefined ? [clientKey, 'certificate'] : [clientKey === undefined ? clientCert : undefined, 'key'];
  if (there === undefined) return [];
  return [
    {
      code: 'CFG009',
      severity: 'error',
      error: 'SETTING_INVALID',
      message: `a client ${missing === 'key' ? 'certificate' : 'key'} without its ${missing} (${originText(there.origin)})`,
      origin: there.origin,
      fix:
        missing === 'key'
          ? 'set TEMPORAL_TLS_CLIENT_KEY_PATH or --tls-key-path'
          : 'set TEMPORAL_TLS_CLIENT_CERT_PATH or --tls-cert-path',
    },
  ];
}

export function plaintextKey({ apiKey, plaintextKeyHost, address }: Draft, tls: boolean): ProfileFinding[] {
  if (apiKey === undefined || tls || plaintextKeyHost?.value === hostOf(address.value)) return [];
  return [
    {
      code: 'CFG010',
      severity: 'critical',
      error: 'INSECURE_CREDENTIAL',
      message: 'an API key is set while TLS is off: it would travel in clear text',
      origin: apiKey.origin,
      fix: 'turn TLS on (TEMPORAL_TLS=true), or allow it for this very host with --allow-plaintext-key HOST',
    },
  ];
}

export function twoCredentials({ apiKey, auth, tls: { clientCert } }: Draft): ProfileFinding[] {
  if (apiKey === undefined || clientCert === undefined || auth !== undefined) return [];
  return [
    {
      code: 'CFG011',
      severity: 'warning',
      message: `an API key (${originText(apiKey.origin)}) and a client certificate (${originText(clientCert.origin)}) are both set`,
      origin: apiKey.origin,
      fix: 'choose one with --auth mtls or --auth api-key, or unset the other',
    },
  ];
}

/** Whoever edits a file that is not the user's own chooses where the key of the environment goes (security.md 2). */
export function foreignAddress({ apiKey, address, cloud }: Draft, sources: Sources): ProfileFinding[] {
  const meets = (key: Profile['apiKey'], target: Profile['address']): boolean => {
    if (key?.origin.kind !== 'environment' || target.origin.kind !== 'file') return false;
    const { path } = target.origin;
    return [sources.temporal, sources.nexusctl].some((file) => file?.path === path && !file.isDefault);
  };
  const found = [
    { key: apiKey, target: address },
    { key: cloud.apiKey, target: cloud.address },
  ].filter(({ key, target }) => meets(key, target));
  return found.map(({ key, target }): ProfileFinding => ({
    code: 'CFG018',
    severity: sources.flags.strict === true ? 'error' : 'warning',
    error: 'INSECURE_CREDENTIAL',
    message: `the key of ${key === undefined ? '' : originText(key.origin)} goes to ${hostOf(target.value)}, chosen by ${originText(target.origin)}`,
    origin: target.origin,
    fix: 'check that file, or name the address with --address or TEMPORAL_ADDRESS',
  }));
}
