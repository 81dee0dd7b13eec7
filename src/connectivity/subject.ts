import type { Files } from '../profile/files.ts';
import { usesTls, type Profile, type SecretSource, type Setting } from '../profile/profile.ts';
import { describeSecret, locateSecret } from '../profile/secret.ts';
import type { Secrets } from '../profile/secrets.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Material, Subject } from './check.ts';
import type { Sdk } from './sdk.ts';

interface Surroundings {
  readonly secrets: Secrets;
  readonly files: Pick<Files, 'stat'>;
  readonly env: Subject['env'];
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cwd: string;
  readonly now: Date;
  readonly certificateExpiryMs: number;
  readonly keyExpiryMs: number;
  readonly sdk: Sdk | null;
  readonly strict: boolean;
  readonly idleMs: number;
  /** The control plane is tested too (--cloud). */
  readonly withCloud: boolean;
}

/** Reads what the profile refers to. A reference that cannot be read is a finding for the checks, not an error here. */
export async function subjectOf(profile: Profile, surroundings: Surroundings): Promise<Subject> {
  const { secrets, files, withCloud, cwd, ...facts } = surroundings;
  const wantsPair = profile.auth?.value !== 'api-key';
  const wantsKey = profile.auth?.value !== 'mtls';
  const read = (setting: Setting<SecretSource> | undefined): Promise<Material> =>
    readMaterial(setting, secrets, { files, cwd, platform: surroundings.platform });
  const [clientCert, clientKey, serverCa, apiKey] = await Promise.all([
    read(wantsPair ? profile.tls.clientCert : undefined),
    read(wantsPair ? profile.tls.clientKey : undefined),
    read(profile.tls.serverCa),
    read(wantsKey ? profile.apiKey : undefined),
  ]);
  const cloud = withCloud
    ? {
        address: profile.cloud.address.value,
        apiKey: await read(profile.cloud.apiKey),
        ca: await read(profile.cloud.ca),
      }
    : null;
  return {
    ...facts,
    profile,
    cloud,
    tls: usesTls(profile),
    material: { clientCert, clientKey, serverCa, apiKey },
    container: surroundings.env['KUBERNETES_SERVICE_HOST'] !== undefined || surroundings.env['container'] !== undefined,
  };
}

async function readMaterial(
  setting: Setting<SecretSource> | undefined,
  secrets: Secrets,
  disk: Disk,
): Promise<Material> {
  if (setting === undefined) return { state: 'absent' };
  const source = setting.value;
  const name = source.kind === 'data' ? originName(setting) : describeSecret(source);
  try {
    const bytes = await secrets.resolve(source);
    const mode = (await pathFacts(source, disk))?.mode;
    return { state: 'read', bytes, name, setting, ...(mode === undefined ? {} : { mode }) };
  } catch (error) {
    if (!(error instanceof NexusctlError)) throw error;
    return {
      state: 'unreadable',
      why: secrets.offline && leavesMachine(source) ? 'withheld' : await whyOf(error, source, disk),
      name,
      message: error.message,
      setting,
    };
  }
}

function originName({ origin }: Setting<SecretSource>): string {
  switch (origin.kind) {
    case 'flag':
    case 'environment':
      return origin.name;
    case 'file':
      return `${origin.key} of ${origin.path}`;
    case 'default':
      return 'default';
  }
}

interface Disk {
  readonly files: Pick<Files, 'stat'>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
}

async function pathFacts(source: SecretSource, { files, platform }: Disk) {
  try {
    const location = locateSecret(source, platform);
    return location.kind === 'file' ? await files.stat(location.path) : undefined;
  } catch {
    return undefined;
  }
}

function leavesMachine(source: SecretSource): boolean {
  return source.kind === 'reference' && /^(?:s3|secretsmanager|exec):/.test(source.reference);
}

async function whyOf(
  error: NexusctlError,
  source: SecretSource,
  disk: Disk,
): Promise<(Material & { state: 'unreadable' })['why']> {
  if (error.code === 'INPUT_TOO_LARGE') return 'too-large';
  const facts = await pathFacts(source, disk);
  if (facts === null) {
    // The SDKs start from the working folder, nexusctl from that of the configuration file.
    const there = source.kind === 'data' ? null : await pathFacts({ ...source, base: disk.cwd }, disk);
    return there?.kind === 'file' ? 'misplaced' : 'missing';
  }
  if (facts?.kind === 'folder') return 'folder';
  return facts !== undefined && error.code === 'FILE_UNREADABLE' ? 'forbidden' : 'failed';
}
