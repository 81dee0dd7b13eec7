import { factsOf } from '../certificates/facts.ts';
import type { Code } from './catalogue.ts';
import type { CheckResult, EvidenceMap, Prediction, Subject } from './check.ts';
import type { Finding } from './finding.ts';
import { goProxyFor } from './proxy-choice.ts';
import { isFailure } from './resolve.ts';
import { sdks, type Sdk } from './sdk.ts';

/**
 * Whether each SDK's connect call will succeed, from what was seen here. They differ in TLS library (OpenSSL, rustls,
 * Go), trust store, proxies and readers of the configuration.
 */
export function predict(
  results: readonly CheckResult[],
  evidence: Partial<EvidenceMap>,
  subject: Subject,
): readonly Prediction[] {
  return sdks.map((sdk) => {
    const codes = results.flatMap(({ id, findings }) =>
      findings.filter((finding) => stops(sdk, id, finding, evidence, subject)).map(({ code }) => code),
    );
    const reasonCodes = [...new Set(codes)];
    return { sdk, connects: reasonCodes.every((code) => connectsAnyway[code]?.includes(sdk) === true), reasonCodes };
  });
}

const all = sdks;
const rustAndGo = ['core', 'go'] as const;

/** Findings that stop some SDKs only, whatever their severity. */
const partial: Partial<Record<Code, readonly Sdk[]>> = {
  TLS004: rustAndGo,
  TLS006: rustAndGo,
  // The greeting of rustls is small.
  TLS015: ['typescript-client', 'go'],
  TLS017: rustAndGo,
  TLS018: rustAndGo,
  CRT015: ['core'],
  TOK002: all,
  TOK005: all,
};

/** Named as a reason, because things go wrong later, although the connect call itself says OK. */
const connectsAnyway: Partial<Record<Code, readonly Sdk[]>> = {
  // connect() swallows UNIMPLEMENTED, and gRPC for Node makes that of a 404.
  RPC003: all,
  // The core drops a key that is no header value, and connects without it.
  TOK002: ['core'],
  TOK005: ['core'],
};

/** Checks whose failure means that nobody connects. */
const fatal = new Set<CheckResult['id']>([
  'address',
  'certificate-files',
  'certificate-pair',
  'dns',
  'tcp',
  'tls',
  'client-certificate',
  'http2',
  'system-info',
]);

function stops(
  sdk: Sdk,
  id: CheckResult['id'],
  finding: Finding,
  evidence: Partial<EvidenceMap>,
  subject: Subject,
): boolean {
  const { code } = finding;
  if (id === 'configuration') return affectedByConfiguration(sdk, code, subject);
  if (sdk === 'go' && pinned.has(code) && pinsLeaf(evidence)) return false;
  if (id === 'tls-trust') return distrusts(sdk, finding, evidence, subject);
  if (finding.affects !== undefined) return finding.affects.includes(sdk);
  if (code === 'PRX008') return !goesThroughProxy(sdk, evidence, subject);
  if (id === 'proxy') return goesThroughProxy(sdk, evidence, subject);
  if (code === 'RPC001' && finding.evidence['httpStatus'] === 404) return sdk === 'core';
  if (code === 'TLS004' && isFailure(finding)) return true;
  const some = partial[code];
  if (some !== undefined) return some.includes(sdk);
  if (code === 'ADR003' && !isFailure(finding)) return sdk === 'core';
  return isFailure(finding) && fatal.has(id);
}

/** The profile knows which SDKs read a setting differently; what is ignored on purpose stops nobody by itself. */
function affectedByConfiguration(sdk: Sdk, code: Code, { profile, tls }: Subject): boolean {
  if (code === 'CFG013' || code === 'CFG010') return false;
  // An empty key turns TLS on in TypeScript, which stops it only where TLS is off for everybody else.
  if (code === 'TOK001' && tls) return false;
  return profile.findings.some((found) => {
    if (found.code !== code || found.severity === 'info') return false;
    if (found.affects === undefined) return found.severity === 'error';
    return found.affects.includes(sdk);
  });
}

function distrusts(sdk: Sdk, finding: Finding, evidence: Partial<EvidenceMap>, subject: Subject): boolean {
  const { profile } = subject;
  const { code } = finding;
  if (finding.affects !== undefined) return finding.affects.includes(sdk);
  if (sdk === 'go' && profile.tls.disableHostVerification?.value === true) return false;
  if (code === 'TLS007' && sdk === 'core' && !servesExpired(evidence, subject.now)) return false;
  if (code === 'TLS009' && !isFailure(finding)) return sdk === 'core';
  if (code === 'TLS018' || code === 'TLS017') return sdk !== 'typescript-client';
  if (sdk === 'go' && finding.evidence['errno'] === 'INVALID_PURPOSE' && isForAnything(evidence)) return false;
  if (code === 'TLS012' || code === 'ADR009') return true;
  if (code === 'PRX009' && evidence['proxy-environment']?.proxy) return goesThroughProxy(sdk, evidence, subject);
  const stores = evidence['tls-trust']?.stores;
  if (stores === undefined) return isFailure(finding);
  const { configured, node, system } = stores;
  if (configured !== undefined) {
    // rustls and Go take any certificate of the CA file as an anchor; OpenSSL wants the root.
    return configured !== null && (sdk === 'typescript-client' || configured !== 'UNABLE_TO_GET_ISSUER_CERT');
  }
  const verdict = sdk === 'typescript-client' ? node : system;
  return verdict === undefined ? isFailure(finding) : verdict !== null;
}

/** Workers go around a proxy of the environment, and so around what it does to TLS; Go has rules of its own. */
function goesThroughProxy(sdk: Sdk, evidence: Partial<EvidenceMap>, { env }: Subject): boolean {
  const proxy = evidence['proxy-environment']?.proxy;
  if (!proxy || evidence.address === undefined) return false;
  switch (sdk) {
    case 'typescript-client':
      return true;
    case 'core':
      return false;
    case 'go': {
      const own = goProxyFor(evidence.address.host, evidence.address.port, env);
      return own !== null && own.host === proxy.host && own.port === proxy.port;
    }
  }
}

/** Of what it serves, roots aside: rustls does not look at the dates of the certificates that it starts from. */
function servesExpired({ tls }: Partial<EvidenceMap>, now: Date): boolean {
  return (tls?.chain ?? []).map(factsOf).some(({ selfSigned, notAfter }) => !selfSigned && notAfter < now);
}

/** anyExtendedKeyUsage is enough for Go, not for OpenSSL and rustls. */
function isForAnything({ tls }: Partial<EvidenceMap>): boolean {
  const leaf = tls?.chain[0];
  return leaf !== undefined && factsOf(leaf).extendedKeyUsage.includes('anyExtendedKeyUsage');
}

/** Go takes a server certificate that is itself among the roots, whoever issued it. */
const pinned = new Set<Code>(['CA002', 'TLS009', 'TLS010', 'TLS011']);

function pinsLeaf(evidence: Partial<EvidenceMap>): boolean {
  const leaf = evidence.tls?.chain[0];
  const roots = evidence['certificate-files']?.authorities ?? [];
  return leaf !== undefined && roots.some((root) => Buffer.compare(root, leaf) === 0);
}
