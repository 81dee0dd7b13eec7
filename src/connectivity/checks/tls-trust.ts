import { factsOf } from '../../certificates/facts.ts';
import { isCloudHost } from '../address.ts';
import type { AddressEvidence, Check, CheckInput, TrustEvidence } from '../check.ts';
import { distrust } from '../distrust.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import type { PeerTls } from '../net.ts';
import { isPrivateLink, privateLink } from '../private-link.ts';
import { configuredRoots, limitsOf, wayOf } from '../way.ts';
import { describe, sansOf, type Served } from '../served.ts';

export const tlsTrust: Check<'tls-trust'> = {
  id: 'tls-trust',
  title: 'the server certificate is trusted and is for this name',
  layer: 'tls',
  needs: ['address', 'proxy-environment', 'proxy', 'tcp', 'tls'],
  after: ['certificate-files'],
  onTimeout: 'TLS015',
  run: async (input) => {
    const address = input.evidence('address');
    if (!input.subject.tls || address === undefined) return { notApplicable: 'TLS is off' };
    const ca = await configuredRoots(input);
    const peer = input.evidence('tls');
    if (peer === undefined) return { findings: [], evidence: { stores: {}, ca } };
    if (peer.verdict === 'NOT_JUDGED')
      return { findings: nameFindings(peer, describe(peer.chain), address, input), evidence: { stores: {}, ca } };
    const stores = await judgeStores(peer, address, input);
    const served = describe(peer.chain);
    const trust = trustFindings(stores, peer, served, address, input);
    const findings = [
      ...(trust.some(({ severity }) => severity === 'error') && input.evidence('proxy-environment')?.proxy
        ? await interception(trust, served, input)
        : trust),
      ...nameFindings(peer, served, address, input),
      ...formFindings(served, trust.length === 0),
      ...weakKeys(peer, trust.length === 0),
      ...(await namedRoots(input)),
    ];
    const systemOnly = stores.node !== null && stores.node !== undefined && stores.system === null;
    const roots = systemOnly ? ((await input.net.roots(input.subject.env, 'system')) ?? undefined) : ca;
    return { findings, evidence: { stores, ca: roots } };
  },
};

/** The observed handshake judged by the configured CA or Node's roots; the system's roots are judged by another one. */
async function judgeStores(
  peer: PeerTls,
  { serverName }: AddressEvidence,
  input: CheckInput,
): Promise<TrustEvidence['stores']> {
  if (input.evidence('certificate-files')?.serverCa !== undefined) return { configured: peer.verdict };
  const roots = await input.net.roots(input.subject.env, 'system');
  if (roots === null) return { node: peer.verdict, system: 'NO_ROOTS' };
  const observed = await input.net.observeTls(wayOf(input), { serverName, ca: roots }, limitsOf(input));
  return { node: peer.verdict, ...(observed.ok ? { system: observed.peer.verdict } : {}) };
}

function trustFindings(
  { configured, node, system }: TrustEvidence['stores'],
  peer: PeerTls,
  served: Served,
  address: AddressEvidence,
  input: CheckInput,
): Finding[] {
  const verdict = configured === undefined ? node : configured;
  if (configured === undefined && node === null && system === 'NO_ROOTS')
    return [
      finding('TLS017', 'this system has no root certificates: workers and Go cannot verify this server', {
        evidence: { stores: ['node'] },
      }),
    ];
  if (configured === undefined && node === null && system !== null && system !== undefined)
    return [
      finding(
        'TLS016',
        `the roots of Node trust the server, those of the system do not (${system}): workers and Go will fail`,
        {
          evidence: { stores: ['node'], issuer: served.issuer },
        },
      ),
    ];
  if (configured === undefined && node !== null && node !== undefined && system === null)
    return [
      finding(
        'TLS016',
        `the roots of the system trust the server, those of Node do not (${node}): the TypeScript client will fail`,
        {
          evidence: { stores: ['system'], issuer: served.issuer },
        },
      ),
    ];
  if (verdict === null || verdict === undefined) return [];
  return [distrust(verdict, peer, served, address, input)];
}

/** Behind a proxy: is it the proxy's certificate? The direct way, where there is one, shows another one. */
async function interception(trust: readonly Finding[], served: Served, input: CheckInput): Promise<readonly Finding[]> {
  const address = input.evidence('address');
  const direct = input.evidence('tcp')?.reachable[0];
  if (address === undefined || direct === undefined) return trust;
  const way = { address: direct, port: address.port, authority: direct };
  const options = { serverName: address.serverName, ca: input.evidence('certificate-files')?.serverCa };
  const observed = await input.net.observeTls(way, options, limitsOf(input, 800));
  if (!observed.ok || describe(observed.peer.chain).fingerprint === served.fingerprint) return trust;
  return [
    finding(
      'PRX009',
      `through the proxy the server shows a certificate issued by ${served.issuer}, directly another one`,
      {
        evidence: { subject: served.subject, issuer: served.issuer, fingerprint: served.fingerprint },
      },
    ),
  ];
}

function nameFindings(peer: PeerTls, served: Served, address: AddressEvidence, input: CheckInput): Finding[] {
  const { serverName } = address;
  const mismatch = input.net.verifyName(peer, serverName);
  const names = served.leaf === undefined ? [] : sansOf(served.leaf);
  if (mismatch === null) {
    if (names.length > 0) return [];
    return [
      finding(
        'TLS018',
        `the server certificate names ${served.subject} only as common name: workers and Go refuse it`,
        {
          evidence: { subject: served.subject, serverName },
        },
      ),
    ];
  }
  const cloudName = names.find((name) => isCloudHost(name.replace(/^\*\./, '')));
  if (isPrivateLink(address.host) || (cloudName !== undefined && !address.cloud)) {
    const { namespace } = input.subject.profile;
    return [
      privateLink(
        address,
        `the server shows a certificate for ${cloudName ?? names.join(', ')}`,
        `${namespace.value}.tmprl.cloud`,
      ),
    ];
  }
  const text = names.length === 0 ? 'no name at all' : names.slice(0, 8).join(', ');
  return [
    finding('TLS012', `the server certificate is for ${text}, not for ${serverName}`, {
      evidence: { serverName, subject: served.subject, names: names.slice(0, 16) },
      fix: [
        {
          text: 'Ask the operator of the server which of its names to use, and set it as the server name.',
          command: commandLine('export', 'TEMPORAL_TLS_SERVER_NAME=SERVER_NAME'),
        },
        { text: 'Or have the certificate issued for the name that is used.' },
      ],
    }),
  ];
}

/** OpenSSL and Go verify signatures of small RSA keys, rustls does not. */
function weakKeys({ chain }: PeerTls, trusted: boolean): Finding[] {
  const weak = chain.map(factsOf).find(({ key }) => key.type === 'rsa' && (key.bits ?? 2048) < 2048);
  if (!trusted || weak === undefined) return [];
  return [
    finding('TLS021', `${weak.subject} has an RSA key of ${String(weak.key.bits)} bits: core-based workers refuse it`, {
      severity: 'warning',
      affects: ['core'],
      evidence: { subject: weak.subject, issuer: weak.issuer, fingerprint: weak.fingerprint },
      fix: [{ text: 'Have the certificate issued for a key of 2048 bits or more, or for ECDSA.' }],
    }),
  ];
}

/** gRPC for Node reads this file for every client without a CA of its own, and fails when it is not there. */
async function namedRoots(input: CheckInput): Promise<readonly Finding[]> {
  const variable = 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH';
  const path = input.subject.env[variable];
  if (path === undefined || path === '' || input.evidence('certificate-files')?.serverCa !== undefined) return [];
  if ((await input.net.roots(input.subject.env, 'grpc')) !== null) return [];
  return [
    finding('CFG015', `${variable} names ${path}, which cannot be read or holds no certificate`, {
      severity: 'warning',
      affects: ['typescript-client'],
      evidence: { path },
      fix: [{ text: `Name a file of root certificates there, or unset ${variable}.`, command: `unset ${variable}` }],
    }),
  ];
}

/** What OpenSSL accepts and rustls does not. */
function formFindings(served: Served, trusted: boolean): Finding[] {
  if (!trusted || served.leaf?.ca !== true) return [];
  return [
    finding(
      'TLS009',
      `the server certificate ${served.subject} is itself a CA certificate: workers refuse it although it is trusted`,
      {
        severity: 'warning',
        evidence: { subject: served.subject, issuer: served.issuer },
        fix: [{ text: 'Issue the server certificate with basicConstraints=CA:FALSE.' }],
      },
    ),
  ];
}
