import { isLoopbackHost } from '../connectivity/address.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { originText, type Backend, type Profile, type Setting } from './profile.ts';

interface Addresses {
  readonly named: Setting<Backend> | undefined;
  readonly address: Setting<string>;
  readonly serverName: Setting<string> | undefined;
  readonly cloudAddress: Setting<string>;
  readonly cloudKey: { readonly origin: Setting<string>['origin'] } | undefined;
}

/**
 * Which kind of server, when nobody says: a Cloud address, or a Cloud control plane or key without any other address,
 * means Cloud; another address means self-hosted; a Cloud key beside another address is ambiguous (null).
 * A control plane that was named on loopback is a rehearsal account: nothing there can be meant for production.
 */
export function inferBackend({
  named,
  address,
  serverName,
  cloudAddress,
  cloudKey,
}: Addresses): Setting<Backend> | null {
  if (named !== undefined) return named;
  const cloud = (origin: Setting<string>['origin']): Setting<Backend> => ({ value: 'cloud', origin });
  if (isCloudHost(hostOf(address.value))) return cloud(address.origin);
  if (serverName !== undefined && isCloudHost(serverName.value)) return cloud(serverName.origin);
  const controlPlane = cloudAddress.origin.kind === 'default' ? undefined : cloudAddress;
  if (address.origin.kind === 'default') {
    const origin = controlPlane?.origin ?? cloudKey?.origin;
    return origin === undefined ? { value: 'self-hosted', origin: address.origin } : cloud(origin);
  }
  if (controlPlane !== undefined && isLoopbackHost(hostOf(controlPlane.value)) && isLoopbackHost(hostOf(address.value)))
    return cloud(controlPlane.origin);
  if (controlPlane?.origin.kind === 'flag' && address.origin.kind !== 'flag') return cloud(controlPlane.origin);
  return cloudKey === undefined ? { value: 'self-hosted', origin: address.origin } : null;
}

/** The backend of a reading command, and a sentence when it had to be chosen. */
export function backendToRead(profile: Pick<Profile, 'backend' | 'address' | 'cloud'>): {
  readonly backend: Backend;
  readonly note?: string;
} {
  if (profile.backend !== null) return { backend: profile.backend.value };
  return { backend: 'self-hosted', note: `${ambiguity(profile)}; taking self-hosted (--backend cloud for the other)` };
}

/** @throws NexusctlError BACKEND_AMBIGUOUS when it is not clear where a write would go */
export function backendToWrite(profile: Pick<Profile, 'backend' | 'address' | 'cloud'>): Backend {
  if (profile.backend !== null) return profile.backend.value;
  throw new NexusctlError('BACKEND_AMBIGUOUS', ambiguity(profile), {
    hint: 'say which one is meant: --backend cloud or --backend self-hosted',
  });
}

/**
 * Before the Cloud key is sent: it goes to Temporal Cloud or to loopback, and elsewhere only when --cloud-address was
 * typed (security.md 2).
 * @throws NexusctlError INSECURE_CREDENTIAL
 */
export function checkCloudKeyTarget({ cloud }: Pick<Profile, 'cloud'>): void {
  const host = hostOf(cloud.address.value);
  if (isControlPlane(host) || isLoopbackHost(host) || cloud.address.origin.kind === 'flag') return;
  const where = originText(cloud.address.origin);
  throw new NexusctlError('INSECURE_CREDENTIAL', `the Cloud API key does not go to ${host}, which ${where} names`, {
    hint: 'it is sent to *.tmprl.cloud and loopback; type --cloud-address for another host',
    details: { host },
  });
}

/** `ns.acct.tmprl.cloud`, `region.cloud.api.temporal.io`: compared label by label, never as a substring. */
export function isCloudHost(host: string): boolean {
  return isControlPlane(host) || endsWithLabels(host, ['api', 'temporal', 'io']);
}

/** The host of `host:port`, `[::1]:port` or a pasted URL, in lower case and without a final dot. */
export function hostOf(address: string): string {
  const bare = address
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/, '');
  const bracketed = /^\[([^\]]*)\]/.exec(bare)?.[1];
  const host = bracketed ?? (/^[^:]*:[^:]*$/.test(bare) ? bare.slice(0, bare.indexOf(':')) : bare);
  return host.toLowerCase().replace(/\.$/, '');
}

function isControlPlane(host: string): boolean {
  return endsWithLabels(host, ['tmprl', 'cloud']);
}

function endsWithLabels(host: string, labels: readonly string[]): boolean {
  const own = host.toLowerCase().replace(/\.$/, '').split('.');
  return (
    own.length > labels.length && labels.every((label, index) => own[own.length - labels.length + index] === label)
  );
}

function ambiguity({ address, cloud }: Pick<Profile, 'address' | 'cloud'>): string {
  const key = cloud.apiKey === undefined ? 'a Cloud API key' : `a Cloud API key (${originText(cloud.apiKey.origin)})`;
  return `${key} stands beside the address ${address.value} (${originText(address.origin)}): Cloud or self-hosted?`;
}
