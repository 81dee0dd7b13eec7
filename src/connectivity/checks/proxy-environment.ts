import { isLoopbackHost } from '../address.ts';
import type { Check, Subject } from '../check.ts';
import { hostOf } from '../../profile/backend.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import { exemptionVariable, isExempt, proxyFor, proxyVariable } from '../proxy-choice.ts';

/** The rules of gRPC for Node (grpc-js http_proxy.ts): lower-case variables, http:// only, suffixes in no_proxy. */
export const proxyEnvironment: Check<'proxy-environment'> = {
  id: 'proxy-environment',
  title: 'proxy variables mean what they say',
  layer: 'proxy',
  needs: ['address'],
  run: async (input) => {
    const { env, profile } = input.subject;
    const host = input.evidence('address')?.host ?? '';
    const chosen = proxyVariable(env);
    const findings = [
      ...ignored(env, host, chosen !== null),
      ...scheme(chosen),
      ...noProxy(env, host, chosen !== null),
    ];
    const proxy = proxyFor(host, env);
    if (proxy === null) return Promise.resolve({ findings, evidence: { proxy } });
    const shown = `http://${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${String(proxy.port)}`;
    const allowed = profile.plaintextKeyHost?.value;
    const clearAllowed = allowed !== undefined && hostOf(allowed) === proxy.host;
    return Promise.resolve({ findings, evidence: { proxy: { ...proxy, shown, clearAllowed } } });
  },
};

type Env = Subject['env'];
type Chosen = ReturnType<typeof proxyVariable>;

function toUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function scheme(chosen: Chosen): Finding[] {
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
  if (chosen || isLoopbackHost(host) || inList(env['NO_PROXY'] ?? env['no_proxy'] ?? '', host)) return [];
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
  const variable = exemptionVariable(env);
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
  if (unused === undefined || isExempt(host, env)) return [];
  return [
    finding('PRX007', `${variable} has an entry with * or a blank, which gRPC does not understand`, {
      evidence: { variable },
      fix: [{ text: 'Write plain suffixes separated by commas, for example .internal,10.0.0.5.' }],
    }),
  ];
}

/** What the person who wrote NO_PROXY meant: names, suffixes with or without a dot, `*`. */
function inList(list: string, host: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .some((entry) => entry === '*' || (entry !== '' && (host === entry || host.endsWith(`.${entry}`))));
}
