import type { Check, ProxyEvidence } from '../check.ts';
import { finding, type Finding } from '../finding.ts';
import type { ProxyResult } from '../net.ts';
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
    if (address === undefined || !proxy) return { notApplicable: 'no proxy is used' };
    const { host, port } = address;
    const result = await input.net.tunnel({ ...proxy }, host, port, limitsOf(input));
    return { findings: judge(result, proxy, `${host}:${String(port)}`), evidence: null };
  },
};

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

function refusal({ status, schemes }: ProxyResult & { kind: 'refused' }, proxy: Proxy, target: string): Finding {
  const evidence = { proxy: proxy.shown, status, ...(schemes.length === 0 ? {} : { schemes }) };
  const answered = `the proxy ${proxy.shown} answered ${String(status)} for ${target}`;
  if (status === 407) {
    const offered = schemes.length === 0 ? '' : ` (it offers ${schemes.join(', ')})`;
    const given = proxy.auth === undefined ? 'no credentials are configured' : 'it did not take the configured ones';
    return finding('PRX002', `${answered}: it wants authentication${offered} and ${given}`, { evidence });
  }
  if (status >= 500) return finding('PRX004', `${answered}: it cannot reach the server`, { evidence });
  return finding('PRX003', `${answered}: it does not allow this target`, { evidence });
}
