import type { Check, CheckInput, Outcome, ProxyEvidence } from '../check.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import type { ProxyResult } from '../net.ts';
import { goProxyFor } from '../proxy-choice.ts';
import { limitsOf } from '../way.ts';
import { banner, protocolOf } from '../wire-words.ts';

export const proxy: Check<'proxy'> = {
  id: 'proxy',
  title: 'the proxy opens a tunnel to the server',
  layer: 'proxy',
  needs: ['address', 'proxy-environment'],
  onTimeout: 'PRX006',
  run: async (input) => {
    const address = input.evidence('address');
    const proxy = input.evidence('proxy-environment')?.proxy;
    if (address === undefined) return { notApplicable: 'no proxy is used' };
    const { host, port } = address;
    if (!proxy) return ofGo(host, port, input);
    const result = await input.net.tunnel({ ...proxy }, host, port, limitsOf(input));
    return { findings: judge(result, proxy, `${host}:${String(port)}`), evidence: null };
  },
};

/** Go alone reads HTTPS_PROXY: what its proxy does is said for its prediction, for nexusctl connects directly. */
async function ofGo(host: string, port: number, input: CheckInput): Promise<Outcome<null>> {
  const proxy = goProxyFor(host, port, input.subject.env);
  if (proxy === null) return { notApplicable: 'no proxy is used' };
  // Nobody has allowed that this one gets its password.
  const result = await input.net.tunnel({ ...proxy, clearAllowed: false }, host, port, limitsOf(input, 600));
  const shown = `http://${proxy.host}:${String(proxy.port)}`;
  // With its password it may work: nothing is known then.
  const mayWork = result.kind === 'refused' && result.status === 407 && proxy.auth !== undefined;
  const findings = mayWork ? [] : judge(result, { ...proxy, shown, clearAllowed: false }, `${host}:${String(port)}`);
  return { findings: findings.map((found) => ({ ...found, severity: 'info', affects: ['go'] })), evidence: null };
}

type Proxy = NonNullable<ProxyEvidence['proxy']>;

function judge(result: ProxyResult, proxy: Proxy, target: string): Finding[] {
  const evidence = { proxy: proxy.shown };
  switch (result.kind) {
    case 'open':
      return [];
    case 'unreachable':
      return [
        finding('PRX001', `the proxy ${proxy.shown} cannot be reached (${result.errno})`, {
          evidence: { ...evidence, errno: result.errno },
        }),
      ];
    case 'silent':
      return [finding('PRX006', `the proxy ${proxy.shown} does not answer`, { evidence })];
    case 'not-http': {
      const what = protocolOf(result.bytes) ?? 'another protocol';
      return [
        finding('PRX005', `${proxy.shown} is no HTTP proxy: ${what} answers`, {
          evidence: { ...evidence, banner: banner(result.bytes) },
        }),
      ];
    }
    case 'refused':
      return [refusal(result, proxy, target)];
  }
}

type Refused = ProxyResult & { kind: 'refused' };

function refusal({ status, schemes, withheld }: Refused, proxy: Proxy, target: string): Finding {
  const evidence = { proxy: proxy.shown, status, ...(schemes.length === 0 ? {} : { schemes }) };
  const answered = `the proxy ${proxy.shown} answered ${String(status)} for ${target}`;
  if (status === 407 && withheld !== undefined) return unsent(answered, withheld, proxy, evidence);
  if (status === 407) {
    const offered = schemes.length === 0 ? '' : ` (it offers ${schemes.join(', ')})`;
    const given = proxy.auth === undefined ? 'no credentials are configured' : 'it did not take the configured ones';
    return finding('PRX002', `${answered}: it wants authentication${offered} and ${given}`, { evidence });
  }
  if (status >= 500) return finding('PRX004', `${answered}: it cannot reach the server`, { evidence });
  return finding('PRX003', `${answered}: it does not allow this target`, { evidence });
}

/** CONNECT is in clear: nexusctl keeps the password where clients would send it (security.md 1). */
function unsent(
  answered: string,
  withheld: NonNullable<Refused['withheld']>,
  proxy: Proxy,
  evidence: Finding['evidence'],
): Finding {
  switch (withheld) {
    case 'remote':
      return finding(
        'PRX002',
        `${answered}: it wants the password, which clients send it in clear; nexusctl sends none in clear off this machine`,
        {
          evidence,
          fix: [
            {
              text: 'Use a proxy without a password, or one on this machine that knows it; or exempt the host.',
              command: 'export no_proxy=HOST',
            },
          ],
        },
      );
    case 'not-allowed':
      return finding(
        'PRX002',
        `${answered}: it wants the password, which would go in clear and is sent only when that is allowed`,
        {
          evidence,
          fix: [
            {
              text: 'Allow it for this proxy on this machine.',
              command: commandLine('nexusctl', 'connect-test', '--allow-plaintext-key', { PROXY_HOST: proxy.host }),
            },
          ],
        },
      );
  }
}
