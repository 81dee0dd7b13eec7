import { fileOrigin, profileTable, tableAt } from '../configuration-file.ts';
import type { Profile, ProfileFinding } from '../profile.ts';
import type { Sources } from '../reader.ts';

type Draft = Omit<Profile, 'findings'>;

export function ignoredBySdks({ tls, authority, codec }: Draft, { temporal, profile }: Sources): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  const ignored = (origin: ProfileFinding['origin'], what: string, who: string, affects: ProfileFinding['affects']) =>
    findings.push({
      code: 'CFG013',
      severity: 'info',
      message: `${what} is ignored by ${who}`,
      ...(origin === undefined ? {} : { origin }),
      ...(affects === undefined ? {} : { affects }),
    });
  if (tls.disableHostVerification?.value === true) {
    findings.push({
      code: 'CFG013',
      severity: 'warning',
      message: 'disable_host_verification is honoured by Go and the CLI only; the other SDKs verify and fail',
      origin: tls.disableHostVerification.origin,
      fix: 'give the CA with --tls-ca-path (TEMPORAL_TLS_SERVER_CA_CERT_PATH) instead',
      affects: ['typescript-client', 'core'],
    });
  }
  if (authority !== undefined) ignored(authority.origin, 'authority', 'all SDKs but Go', ['typescript-client', 'core']);
  if (codec.endpoint?.origin.kind === 'file')
    ignored(codec.endpoint.origin, 'codec', 'the TypeScript loader', undefined);
  const oauth = temporal === null ? null : tableAt(temporal.document, ['profile', profile, 'oauth']);
  if (temporal !== null && oauth !== null)
    ignored(
      fileOrigin(temporal, ['profile', profile, 'oauth']),
      'the login of `temporal cloud login` (oauth)',
      'all SDKs and by nexusctl: it works in the CLI only',
      ['typescript-client', 'core', 'go'],
    );
  return findings;
}

export function addressTemplate({ flags, env, temporal, profile }: Sources): ProfileFinding[] {
  const table = profileTable(temporal, profile);
  const text =
    flags.address ??
    (env['TEMPORAL_ADDRESS'] !== undefined && env['TEMPORAL_ADDRESS'] !== ''
      ? env['TEMPORAL_ADDRESS']
      : table?.['address']);
  if (typeof text !== 'string' || !text.includes('${namespace}')) return [];
  const inFile = text === table?.['address'] && temporal !== null;
  return [
    {
      code: 'ADR006',
      severity: 'warning',
      message: '${namespace} in the address is expanded by the temporal CLI and nexusctl; every SDK takes it literally',
      ...(inFile ? { origin: fileOrigin(temporal, ['profile', profile, 'address']) } : {}),
      fix: 'write the address out',
      affects: ['typescript-client', 'core', 'go'],
    },
  ];
}
