import { olderNames } from './older-names.ts';
import { foreignAddress, halfPair, plaintextKey, twoCredentials } from './lints/credentials.ts';
import { booleans, emptyVariables, olderVariables, shadowing, verificationSwitchedOff } from './lints/environment.ts';
import { relativePaths, unknownKeys } from './lints/file.ts';
import { metadata } from './lints/metadata.ts';
import { addressTemplate, ignoredBySdks } from './lints/sdk.ts';
import type { Profile, ProfileFinding } from './profile.ts';
import type { Sources } from './reader.ts';

type Draft = Omit<Profile, 'findings'>;

/** What the configuration itself tells, before anything is read or connected: connections.md 1.3, 1.4 and 4.1. */
export function configurationFindings(profile: Draft, sources: Sources, tls: boolean): readonly ProfileFinding[] {
  return [
    ...nothingConfigured(profile, sources),
    ...unknownKeys(sources),
    ...olderVariables(profile, sources),
    ...shadowing(profile, sources),
    ...halfPair(profile),
    ...plaintextKey(profile, tls),
    ...twoCredentials(profile),
    ...booleans(profile, sources, tls),
    ...emptyVariables(sources),
    ...verificationSwitchedOff(sources),
    ...ignoredBySdks(profile, sources),
    ...metadata(profile, sources),
    ...addressTemplate(sources),
    ...foreignAddress(profile, sources),
    ...relativePaths(profile, sources),
  ];
}

function nothingConfigured({ address }: Draft, { env }: Sources): ProfileFinding[] {
  if (address.origin.kind !== 'default') return [];
  const older = olderNames
    .filter(({ name, modern }) => modern === 'TEMPORAL_ADDRESS' && env[name])
    .map(({ name }) => name);
  const seen = older.length === 0 ? '' : `; ${older.join(', ')} is set, but nothing reads it`;
  return [
    {
      code: 'CFG001',
      severity: 'info',
      message: `no address is configured: localhost:7233 is taken${seen}`,
      fix: 'set TEMPORAL_ADDRESS, --address or `address` of the profile',
    },
  ];
}
