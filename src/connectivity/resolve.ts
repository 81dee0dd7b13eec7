import { catalogue, type Code } from './catalogue.ts';
import type { CheckResult, Primary } from './check.ts';
import type { Finding } from './finding.ts';

/**
 * Names the one finding to act on first. A fault that can be proven here beats what a server says about it, an earlier
 * layer beats a later one; a warning comes first only when it explains the failure, or when nothing failed.
 * @returns null when there is no finding above info
 */
export function resolvePrimary(results: readonly CheckResult[]): Primary | null {
  const found = results.flatMap((result) => result.findings.map((finding) => ({ finding, check: result.id })));
  const failures = found.filter(({ finding }) => isFailure(finding));
  const warnings = found.filter(({ finding }) => finding.severity === 'warning');
  const critical = failures.find(({ finding }) => finding.severity === 'critical');
  const failure = critical ?? failures.reduce<Found | undefined>(earlier, undefined);
  if (failure === undefined) {
    const pressing = warnings.filter(({ finding }) => !hygiene.has(finding.code));
    const warning = (pressing.length > 0 ? pressing : warnings).reduce<Found | undefined>(earlier, undefined);
    return warning === undefined ? null : primaryOf(warning, warning.finding.severity);
  }
  const reasons = found.filter(
    ({ finding }) => mayExplain(finding) && explains[finding.code]?.includes(failure.finding.code),
  );
  // Nothing is configured because what was written down is not read.
  const unread =
    reasons[0]?.finding.code === 'CFG001' ? reasons.find(({ finding }) => finding.code === 'CFG005') : undefined;
  return primaryOf(unread ?? reasons[0] ?? failure, failure.finding.severity);
}

/** What is ignored everywhere, nexusctl included, is no reason why something fails. */
function mayExplain({ code, severity }: Finding): boolean {
  return code !== 'CFG013' || severity !== 'info';
}

export function isFailure(finding: Finding): boolean {
  return finding.severity === 'error' || finding.severity === 'critical';
}

interface Found {
  readonly finding: Finding;
  readonly check: CheckResult['id'];
}

const order = ['local', 'dns', 'proxy', 'tcp', 'tls', 'http2', 'grpc', 'auth', 'namespace', 'nexus', 'quality', 'sdk'];

/** Results stand in the order of the checks, so among equals the first stays. */
function earlier(best: Found | undefined, candidate: Found): Found {
  if (best === undefined) return candidate;
  const rank = ({ finding }: Found): number => order.indexOf(catalogue[finding.code].layer);
  return rank(candidate) < rank(best) ? candidate : best;
}

function primaryOf({ finding, check }: Found, severity: Finding['severity']): Primary {
  return { code: finding.code, severity, check, summary: finding.message, fix: finding.fix };
}

/** Warnings about another day: anything else comes before them. */
const hygiene = new Set<Code>(['CRT006', 'TOK009']);

const refusedCertificate = ['MTL002', 'MTL003', 'MTL004', 'MTL005', 'MTL009', 'RPC001'] as const satisfies Code[];
const refusedCredential = ['AUT001', 'AUT003', 'AUT004'] as const satisfies Code[];
const nobodyThere = ['TCP001', 'TCP002', 'TCP004', 'DNS001', 'DNS002'] as const satisfies Code[];
const wrongSecurity = ['TLS001', 'TLS002', 'H2001', 'H2004', 'TCP006'] as const satisfies Code[];
const distrust = ['TLS009', 'TLS010', 'TLS011', 'TLS012', 'CA002'] as const satisfies Code[];

/** Findings that are only odd by themselves, and the cause when one of these failures is there too. */
const explains: Partial<Record<Code, readonly Code[]>> = {
  CFG001: nobodyThere,
  CFG005: [...nobodyThere, ...wrongSecurity, ...distrust, ...refusedCredential, 'MTL001'],
  CFG006: [...wrongSecurity, ...distrust, ...refusedCredential, 'MTL001'],
  CFG007: [...nobodyThere, ...wrongSecurity, ...refusedCredential, 'NSP001'],
  CFG011: refusedCredential,
  CFG012: [...wrongSecurity, ...distrust],
  CFG013: distrust,
  CFG014: refusedCredential,
  ADR002: nobodyThere,
  ADR005: ['H2001', 'TLS001', 'TLS005', 'RPC001', 'H2002', 'H2004'],
  ADR008: ['H2001', 'TLS001', 'TLS005', 'RPC001', 'RPC003', 'H2002', 'H2004', 'TCP006'],
  ADR006: nobodyThere,
  ADR010: nobodyThere,
  CRT007: refusedCertificate,
  CRT008: refusedCertificate,
  CRT009: refusedCertificate,
  CRT010: refusedCertificate,
  CRT012: refusedCertificate,
  CRT013: refusedCertificate,
  CRT016: [...refusedCertificate, 'AUT004'],
  TLS006: ['H2002', 'H2004'],
  TOK001: refusedCredential,
  TOK011: refusedCredential,
  PRX007: nobodyThere,
  DNS004: nobodyThere,
  DNS006: [...nobodyThere, ...wrongSecurity, ...distrust],
};
