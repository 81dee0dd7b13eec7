import { isIpv4 } from './address.ts';

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
