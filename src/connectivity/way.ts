import type { CheckInput } from './check.ts';
import type { Limits, Way } from './net.ts';

/** How the main connection goes: through the proxy that a client would use, else to the first address that answered. */
export function wayOf(input: CheckInput): Way {
  const address = input.evidence('address');
  if (address === undefined) throw new Error('a check needs the address and does not say so');
  const { host, port } = address;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  const proxy = input.evidence('proxy-environment')?.proxy;
  if (proxy) return { address: host, port, authority, proxy: { ...proxy } };
  return { address: input.evidence('tcp')?.reachable[0] ?? host, port, authority };
}

export function limitsOf({ limitMs, signal }: CheckInput, atMostMs = Infinity): Limits {
  return { timeoutMs: Math.min(limitMs, atMostMs), signal };
}

/** The CA that was configured, or the file that replaces Node's roots in gRPC for Node; undefined for Node's own. */
export async function configuredRoots(input: CheckInput): Promise<string | undefined> {
  const configured = input.evidence('certificate-files')?.serverCa;
  return configured ?? (await input.net.roots(input.subject.env, 'grpc')) ?? undefined;
}
