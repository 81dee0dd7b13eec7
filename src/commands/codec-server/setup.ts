import { parseOrigin } from '../../codec-server/cors.ts';
import { isLoopbackHost } from '../../connectivity/address.ts';
import type { TlsPair } from '../../codec-server/socket.ts';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { locateSecret, typedReference } from '../../profile/secret.ts';
import { InvalidArgumentError } from '../commander.ts';
import { secretsOf } from '../secrets-of.ts';
import { pathSecretOf, type PathSecret } from './path-secret.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Flags {
  readonly listen: Address;
  readonly serverCert?: string | undefined;
  readonly serverKey?: string | undefined;
  readonly trustedProxy?: readonly string[] | undefined;
  readonly metricsListen?: Address | undefined;
  readonly origin?: readonly string[] | undefined;
  readonly access?: string | undefined;
  /** False with --no-path-secret, true when nothing was said. */
  readonly pathSecret?: string | boolean | undefined;
  readonly allowExec?: boolean | undefined;
}

/** What the flags mean together; everything that can be refused is refused before a socket opens. */
export interface ServerSetup {
  readonly listen: Address;
  readonly origins: readonly string[];
  readonly tls: Certificates | null;
  readonly pathSecret: PathSecret | null;
  readonly metricsAt: Address | undefined;
  readonly requireSecure: boolean;
  readonly warnings: readonly string[];
}

interface Certificates {
  readonly pair: TlsPair;
  readonly paths: readonly string[];
  /** Reads both again, after a renewal. */
  readonly again: () => Promise<TlsPair>;
}

export async function serverSetup(context: Context, flags: Flags): Promise<ServerSetup> {
  const { listen, trustedProxy = [], metricsListen, access } = flags;
  const isLocal = isLoopbackHost(listen.host);
  const tls = await certificatesOf(context, flags);
  if (!isLocal && tls === null && trustedProxy.length === 0)
    throw unsafe(`${listen.host} can be reached from other machines, and payloads would go out in clear`, {
      hint: 'give --server-cert and --server-key, or --trusted-proxy NETWORK for a TLS ingress in front of it',
    });
  if ((!isLocal || trustedProxy.length > 0) && access === undefined)
    throw unsafe('whoever can reach the server could decode: authentication is required off loopback', {
      hint: 'give --access FILE with tokens or a JWT issuer, and grants (docs/codec-server.md)',
    });
  if (metricsListen !== undefined && !isLoopbackHost(metricsListen.host))
    throw unsafe('metrics are served on loopback only', { hint: 'for example --metrics-listen 127.0.0.1:9464' });
  const pathSecret = access === undefined ? await pathSecretOf(context, flags) : null;
  const origins = flags.origin ?? (isLocal ? ['http://localhost:8233'] : []);
  return {
    listen,
    origins,
    tls,
    pathSecret,
    metricsAt: metricsListen,
    requireSecure: !isLocal || trustedProxy.length > 0,
    warnings:
      access === undefined && pathSecret === null
        ? ['without a path secret every program on this machine, of any user, can decode']
        : [],
  };
}

async function certificatesOf(
  context: Context,
  { serverCert, serverKey, allowExec }: Flags,
): Promise<Certificates | null> {
  if (serverCert === undefined && serverKey === undefined) return null;
  if (serverCert === undefined || serverKey === undefined)
    throw new NexusctlError('USAGE', '--server-cert and --server-key belong together', { hint: 'give both' });
  const sources = [serverCert, serverKey].map((reference) => typedReference(reference, context.cwd));
  const again = async (): Promise<TlsPair> => {
    const secrets = secretsOf(context, { allowExec });
    const [cert = new Uint8Array(), key = new Uint8Array()] = await Promise.all(sources.map(secrets.resolve));
    return { cert, key };
  };
  const paths = sources.flatMap((source) => {
    const location = locateSecret(source, context.platform);
    return location.kind === 'file' ? [location.path] : [];
  });
  return { pair: await again(), paths, again };
}

function unsafe(message: string, { hint }: { readonly hint: string }): NexusctlError {
  return new NexusctlError('SETTING_INVALID', message, { hint });
}

/** `127.0.0.1:8888`, `[::1]:8888`, `localhost:0`, or a port alone. */
export function listenAddress(text: string): Address {
  const parts = /^(?:(\[[0-9a-f:.]+\]|[^:[\]\s]+):)?(\d{1,5})$/i.exec(text);
  const [, host = '127.0.0.1', port = ''] = parts ?? [];
  if (parts === null || Number(port) > 65_535)
    throw new InvalidArgumentError('An address to listen on looks like 127.0.0.1:8888 or [::1]:8888.');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

export function parseListed(text: string, previous: readonly string[] | undefined): readonly string[] {
  const origin = parseOrigin(text);
  if (origin === null)
    throw new InvalidArgumentError(
      'An origin is scheme, host and port, e.g. https://cloud.temporal.io; no * and no path.',
    );
  return [...(previous ?? []), origin];
}

export function shownUrl(scheme: 'http' | 'https', host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}
