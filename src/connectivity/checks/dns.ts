import { isCloudHost, isLoopback, isPrivateAddress } from '../address.ts';
import type { AddressEvidence, Check, CheckInput } from '../check.ts';
import { finding, type Finding } from '../finding.ts';
import type { LookupResult } from '../net.ts';
import { limitsOf } from '../way.ts';

const slowMs = 1000;

export const dns: Check<'dns'> = {
  id: 'dns',
  title: 'the host name resolves',
  layer: 'dns',
  needs: ['address', 'proxy-environment'],
  onTimeout: 'DNS002',
  run: async (input) => {
    const address = input.evidence('address');
    if (address === undefined) return { findings: [] };
    if (input.evidence('proxy-environment')?.proxy) return { notApplicable: 'the proxy resolves the name' };
    const { host, family } = address;
    if (family !== 0) return { findings: [], evidence: { addresses: [host] } };
    const result = await input.net.lookup(host, limitsOf(input));
    if (!result.ok) return { findings: [failure(address, result, input)] };
    const canonicalName = isCloudHost(host) ? await input.net.canonicalName(host, limitsOf(input, 500)) : null;
    return {
      findings: [...slow(host, result), ...suspicious(address, result)],
      evidence: { addresses: result.addresses, ...(canonicalName === null ? {} : { canonicalName }) },
    };
  },
};

function failure(address: AddressEvidence, result: LookupResult & { ok: false }, input: CheckInput): Finding {
  const { host } = address;
  const evidence = { host, errno: result.errno, ms: result.ms };
  // `.invalid` never exists (RFC 6761), even where the resolver cannot be asked.
  const absent = ['ENOTFOUND', 'ENODATA', 'ENOENT'].includes(result.errno) || /\.invalid\.?$/i.test(host);
  if (!absent) return finding('DNS002', `the resolver did not answer for ${host} (${result.errno})`, { evidence });
  const causes = address.cloud
    ? [
        { text: 'the namespace or account in the address is mistyped', likelihood: 'high' as const },
        { text: 'a private hosted zone for tmprl.cloud is empty', likelihood: 'low' as const },
      ]
    : [
        { text: 'the name is mistyped', likelihood: 'high' as const },
        {
          text: 'the name exists only in another network (VPN, cluster, compose project)',
          likelihood: 'medium' as const,
        },
      ];
  const origin = input.subject.profile.address.origin.kind;
  return finding('DNS001', `there is no host ${host} (${result.errno}; the address comes from the ${origin})`, {
    evidence,
    causes,
  });
}

function slow(host: string, { ms }: LookupResult): Finding[] {
  if (ms < slowMs) return [];
  return [finding('DNS003', `looking up ${host} took ${String(ms)} ms`, { evidence: { host, ms } })];
}

function suspicious({ host, cloud }: AddressEvidence, { addresses }: LookupResult & { ok: true }): Finding[] {
  const nowhere = addresses.find((address) => address === '0.0.0.0' || address === '::');
  if (nowhere !== undefined)
    return [
      finding('DNS006', `${host} resolves to ${nowhere}, which is no host`, {
        severity: 'warning',
        evidence: { host, addresses },
      }),
    ];
  if (!cloud) return [];
  const loopback = addresses.find(isLoopback);
  const inside = loopback ?? addresses.find(isPrivateAddress);
  if (inside === undefined) return [];
  return [
    finding('DNS004', `${host} resolves to the private address ${inside}: a private link or split-horizon DNS`, {
      evidence: { host, addresses },
    }),
  ];
}
