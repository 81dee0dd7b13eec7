import { fileOrigin, tableAt } from '../configuration-file.ts';
import type { Profile, ProfileFinding } from '../profile.ts';
import type { Sources } from '../reader.ts';

type Draft = Omit<Profile, 'findings'>;

export function metadata({ grpcMeta, apiKey }: Draft, { flags, temporal, profile }: Sources): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  for (const pair of [...(flags.grpcMeta ?? []), ...(flags.codecHeader ?? [])]) {
    if (pair.indexOf('=') > 0) continue;
    findings.push({
      code: 'CFG014',
      severity: 'error',
      error: 'SETTING_INVALID',
      message: 'metadata is written NAME=VALUE',
      origin: { kind: 'flag', name: flags.grpcMeta?.includes(pair) === true ? '--grpc-meta' : '--codec-header' },
    });
  }
  for (const { name, value, origin } of grpcMeta) {
    if (!/^[0-9a-z_.-]+$/.test(name) || /[^\x20-\x7e]/.test(value))
      findings.push({
        code: 'CFG014',
        severity: 'error',
        error: 'SETTING_INVALID',
        message: `metadata ${JSON.stringify(name.slice(0, 64))} has a character that no header may have`,
        origin,
        fix: 'names: letters, digits, - _ . only; values: printable ASCII, no newline at the end',
      });
    if (name === 'authorization' && apiKey !== undefined)
      findings.push({
        code: 'CFG014',
        severity: 'warning',
        message: 'metadata `authorization` silently replaces the API key in the TypeScript client',
        origin,
        fix: 'keep one of the two',
        affects: ['typescript-client'],
      });
  }
  const table = temporal === null ? null : tableAt(temporal.document, ['profile', profile, 'grpc_meta']);
  for (const key of Object.keys(table ?? {})) {
    if (temporal === null || key.split('_').length < 4) continue;
    findings.push({
      code: 'CFG014',
      severity: 'warning',
      message: `metadata ${key}: TypeScript keeps its underscores from the third on, the others write hyphens`,
      origin: fileOrigin(temporal, ['profile', profile, 'grpc_meta', key]),
      fix: `write it with hyphens: "${key.toLowerCase().replaceAll('_', '-')}"`,
      affects: ['typescript-client'],
    });
  }
  return findings;
}
