import { isIPv4 } from 'node:net';

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** `user:password` as it goes, base64, into Proxy-Authorization. */
  readonly credentials?: string;
}

/**
 * The CONNECT proxy for a host, as grpc-js reads it from the environment: the lower-case variables only, `http:` only
 * (anything else is passed by), `no_proxy` by suffix or IPv4 range. Source: grpc-js 1.14 http_proxy.
 */
export function proxyFor(host: string, env: Readonly<Record<string, string | undefined>>): Proxy | null {
  /* eslint-disable @typescript-eslint/prefer-nullish-coalescing -- an empty variable counts as unset */
  const wished = env['grpc_proxy'] || env['https_proxy'] || env['http_proxy'];
  const exceptions = env['no_grpc_proxy'] || env['no_proxy'];
  /* eslint-enable @typescript-eslint/prefer-nullish-coalescing */
  if (!wished || !URL.canParse(wished)) return null;
  const url = new URL(wished);
  if (url.protocol !== 'http:') return null;
  if (exceptions?.split(',').some((exception) => inRange(exception, host) || host.endsWith(exception)) === true)
    return null;
  const credentials = decodeURIComponent(url.password === '' ? url.username : `${url.username}:${url.password}`);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 80 : Number(url.port),
    ...(credentials === '' ? {} : { credentials }),
  };
}

function inRange(range: string, host: string): boolean {
  const [ip = '', length = '', ...rest] = range.split('/');
  const bits = Number.parseInt(length, 10);
  if (rest.length > 0 || !isIPv4(ip) || !isIPv4(host) || Number.isNaN(bits) || bits < 0 || bits > 32) return false;
  const mask = bits === 0 ? 0 : -1 << (32 - bits);
  return (numberOf(ip) & mask) === (numberOf(host) & mask);
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => (sum << 8) + Number(part), 0);
}
