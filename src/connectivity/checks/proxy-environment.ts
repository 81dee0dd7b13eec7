import { isIpv4 } from '../address.ts';
import type { Check, ProxyEvidence, Subject } from '../check.ts';
import { commandLine, finding, type Finding } from '../finding.ts';

/** The rules of gRPC for Node (grpc-js http_proxy.ts): lower-case variables, http:// only, suffixes in no_proxy. */
export const proxyEnvironment: Check<'proxy-environment'> = {
  id: 'proxy-environment',
  title: 'proxy variables mean what they say',
  layer: 'proxy',
  needs: ['address'],
  run: async (input) => {
    const { env } = input.subject;
    const host = input.evidence('address')?.host ?? '';
    const chosen = chosenProxy(env);
    const findings = [
      ...ignored(env, host, chosen !== null),
      ...scheme(chosen),
      ...noProxy(env, host, chosen !== null),
    ];
    const proxy = chosen === null || exempt(env, host) ? null : parse(chosen.url);
    return Promise.resolve({ findings, evidence: { proxy } });
  },
};

interface Chosen {
  readonly variable: string;
  readonly url: string;
}

type Env = Subject['env'];

function chosenProxy(env: Env): Chosen | null {
  for (const variable of ['grpc_proxy', 'https_proxy', 'http_proxy']) {
    const url = env[variable];
    if (url) return { variable, url };
  }
  return null;
}

function parse(url: string): ProxyEvidence['proxy'] {
  const parsed = toUrl(url);
  if (parsed?.protocol !== 'http:') return null;
  const { hostname, username, password } = parsed;
  const port = parsed.port === '' ? 80 : Number(parsed.port);
  const host = hostname.replace(/^\[|\]$/g, '');
  const auth = username === '' ? undefined : decode(password === '' ? username : `${username}:${password}`);
  return { host, port, shown: `http://${hostname}:${String(port)}`, ...(auth === undefined ? {} : { auth }) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function toUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function scheme(chosen: Chosen | null): Finding[] {
  if (chosen === null) return [];
  const protocol = toUrl(chosen.url)?.protocol;
  if (protocol === 'http:') return [];
  const what = protocol === undefined ? 'is no URL' : `has the scheme ${protocol.slice(0, 20)}//`;
  return [
    finding('PRX007', `${chosen.variable} ${what}: gRPC for Node ignores it and connects directly`, {
      evidence: { variable: chosen.variable },
      fix: [{ text: 'Use an http:// proxy URL.', command: `export ${chosen.variable}=http://PROXY_HOST:PORT` }],
    }),
  ];
}

/** Upper-case variables count for curl and many others, but not for gRPC. */
function ignored(env: Env, host: string, chosen: boolean): Finding[] {
  if (chosen || loopbackName(host) || inList(env['NO_PROXY'] ?? env['no_proxy'] ?? '', host)) return [];
  const variable = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'all_proxy'].find((name) => env[name]);
  if (variable === undefined) return [];
  return [
    finding('PRX007', `${variable} is set, but gRPC reads only lower-case names: the connection goes directly`, {
      evidence: { variable },
      fix: [
        {
          text: 'If the proxy is needed, set the lower-case variable as well.',
          command: `export https_proxy="$${variable}"`,
        },
      ],
    }),
  ];
}

function noProxy(env: Env, host: string, chosen: boolean): Finding[] {
  const variable = env['no_grpc_proxy'] ? 'no_grpc_proxy' : 'no_proxy';
  const list = env[variable];
  if (!chosen || !list) return [];
  const entries = list.split(',');
  if (entries.includes(''))
    return [
      finding('PRX007', `${variable} has an empty entry (a comma too many), which exempts every host from the proxy`, {
        evidence: { variable },
        fix: [
          {
            text: 'Remove the surplus comma.',
            command: commandLine('export', [`${variable}=`, { LIST: entries.filter(Boolean).join(',') }]),
          },
        ],
      }),
    ];
  const unused = entries.find((entry) => /\*|^\s|\s$/.test(entry));
  if (unused === undefined || exempt(env, host)) return [];
  return [
    finding('PRX007', `${variable} has an entry with * or a blank, which gRPC does not understand`, {
      evidence: { variable },
      fix: [{ text: 'Write plain suffixes separated by commas, for example .internal,10.0.0.5.' }],
    }),
  ];
}

/** Whether gRPC would go around the proxy for this host. */
function exempt(env: Env, host: string): boolean {
  const list = env[env['no_grpc_proxy'] ? 'no_grpc_proxy' : 'no_proxy'];
  return list ? list.split(',').some((entry) => host.endsWith(entry) || inCidr(entry, host)) : false;
}

function inCidr(entry: string, host: string): boolean {
  const [network = '', length = ''] = entry.split('/');
  if (!isIpv4(host) || !isIpv4(network) || !/^\d{1,2}$/.test(length)) return false;
  const number = (ip: string): number => ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(number(host) / size) === Math.floor(number(network) / size);
}

/** What the person who wrote NO_PROXY meant: names, suffixes with or without a dot, `*`. */
function inList(list: string, host: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .some((entry) => entry === '*' || (entry !== '' && (host === entry || host.endsWith(`.${entry}`))));
}

function loopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
