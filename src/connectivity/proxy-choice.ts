import { isIpv4, isLoopbackHost } from './address.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface ChosenProxy {
  readonly host: string;
  readonly port: number;
  /** `user:password`, for the proxy alone. */
  readonly auth?: string;
}

/**
 * The CONNECT proxy for a host, as grpc-js reads it from the environment: the lower-case variables only, `http:` only
 * (anything else is passed by), `no_proxy` by suffix or IPv4 range. Source: grpc-js 1.14 http_proxy.
 */
export function proxyFor(host: string, env: Env): ChosenProxy | null {
  const chosen = proxyVariable(env);
  return chosen === null || isExempt(host, env) ? null : parse(chosen.url);
}

/** The variable that counts; an empty one counts as unset. */
export function proxyVariable(env: Env): { readonly variable: string; readonly url: string } | null {
  for (const variable of ['grpc_proxy', 'https_proxy', 'http_proxy']) {
    const url = env[variable];
    if (url) return { variable, url };
  }
  return null;
}

export function exemptionVariable(env: Env): 'no_grpc_proxy' | 'no_proxy' {
  return env['no_grpc_proxy'] ? 'no_grpc_proxy' : 'no_proxy';
}

/** Whether gRPC would go around the proxy for this host: a trailing comma exempts all. */
export function isExempt(host: string, env: Env): boolean {
  const list = env[exemptionVariable(env)];
  return list ? list.split(',').some((entry) => host.endsWith(entry) || inRange(entry, host)) : false;
}

/**
 * The CONNECT proxy for a host, as gRPC for Go reads it: HTTPS_PROXY or https_proxy, never for this machine itself,
 * NO_PROXY or no_proxy by name, `.suffix`, address, range or `*`. Source: golang.org/x/net/http/httpproxy.
 */
export function goProxyFor(host: string, port: number, env: Env): ChosenProxy | null {
  const url = firstOf(env, 'HTTPS_PROXY', 'https_proxy');
  if (url === '' || isLoopbackHost(host)) return null;
  const exempt = firstOf(env, 'NO_PROXY', 'no_proxy')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && exempts(entry, host.toLowerCase(), String(port)));
  return exempt ? null : parse(url.includes('://') ? url : `http://${url}`);
}

/** An empty variable counts as unset. */
function firstOf(env: Env, ...names: readonly string[]): string {
  return names.map((name) => env[name] ?? '').find((value) => value !== '') ?? '';
}

function exempts(entry: string, host: string, port: string): boolean {
  if (entry === '*' || inRange(entry, host)) return true;
  const [name = '', wanted] = entry.includes(']') || !/^[^:]+:\d+$/.test(entry) ? [entry] : entry.split(':');
  if (wanted !== undefined && wanted !== port) return false;
  const suffix = name.replace(/^\*/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function parse(text: string): ChosenProxy | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== 'http:') return null;
  const auth = decode(password === '' ? username : `${username}:${password}`);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 80 : Number(port),
    ...(auth === '' ? {} : { auth }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function inRange(range: string, host: string): boolean {
  const [network = '', length = '', ...rest] = range.split('/');
  if (rest.length > 0 || !isIpv4(host) || !isIpv4(network) || !/^\d{1,2}$/.test(length)) return false;
  const bits = Number(length);
  if (bits > 32) return false;
  const number = (ip: string): number => ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - bits);
  return Math.floor(number(host) / size) === Math.floor(number(network) / size);
}
