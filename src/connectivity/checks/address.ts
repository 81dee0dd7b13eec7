import { isCloudHost, isLoopbackHost, isPrivateAddress, parseAddress, type ParsedAddress } from '../address.ts';
import { mendAddress } from '../address-mend.ts';
import type { AddressEvidence, Check, Outcome, Subject } from '../check.ts';
import { cloudNames } from '../cloud-names.ts';
import { commandLine, finding, type Finding } from '../finding.ts';
import { because, placeOf } from '../place.ts';

/** Is the address one that every SDK understands, and does it fit the namespace? No packet is sent. */
export const address: Check<'address'> = {
  id: 'address',
  title: 'the address is one that every SDK understands, and it fits the namespace',
  layer: 'local',
  needs: [],
  run: ({ subject }) => Promise.resolve(judge(subject)),
};

function judge(subject: Subject): Outcome<AddressEvidence> {
  const { profile } = subject;
  const parsed = parseAddress(profile.address.value);
  if (parsed === null) return { findings: [malformed(subject)] };
  const findings = [
    ...webInterface(parsed, subject),
    ...otherPort(parsed, subject),
    ...missingPort(subject),
    ...ipv6(parsed, subject),
    ...loopbackInContainer(parsed, subject),
    ...cloudNames(parsed, subject),
    ...serverNameNeeded(parsed, subject),
  ];
  const { host, port, family } = parsed;
  const serverName = profile.tls.serverName?.value ?? host;
  const cloud = isCloudHost(host) || isCloudHost(serverName) || profile.backend?.value === 'cloud';
  return { findings, evidence: { host, port, family, serverName, cloud } };
}

/** What is wrong with text that is no address, and the address that was meant, when it can be told. */
function malformed({ profile }: Subject): Finding {
  const { value } = profile.address;
  const { code, what, address: meant } = mendAddress(value);
  const { evidence, location } = placeOf(profile.address.origin);
  const shown = JSON.stringify(value.slice(0, 200));
  return finding(code, `${shown}${because(profile.address)} ${what}`, {
    evidence: { ...evidence, ...(meant === null ? {} : { suggestion: meant }) },
    ...(location === undefined ? {} : { location }),
    ...(meant === null
      ? {}
      : {
          fix: [
            {
              text: `Write the address as ${meant}.`,
              command: commandLine('export', ['TEMPORAL_ADDRESS=', { HOST_PORT: meant }]),
            },
          ],
        }),
  });
}

/** Hosts are proof; a port only makes it likely, because anybody may put a frontend behind any port. */
function webInterface({ host, port }: ParsedAddress, { profile }: Subject): Finding[] {
  const { evidence, location } = placeOf(profile.address.origin);
  const given = { evidence: { ...evidence, host, port }, ...(location === undefined ? {} : { location }) };
  if (/^(?:cloud|docs|app)\.temporal\.io$/i.test(host) || /^web\..*\.tmprl\.cloud$/i.test(host))
    return [finding('ADR005', `${host} serves the Web UI to browsers, not gRPC`, given)];
  if (port !== 8233 && port !== 8080 && port !== 8088) return [];
  const what = port === 8233 ? 'the Web UI of the dev server' : 'the Web UI in most set-ups';
  return [
    finding('ADR005', `port ${String(port)} is ${what}; the frontend listens on 7233`, { ...given, severity: 'info' }),
  ];
}

const otherPorts: Readonly<Record<number, string>> = {
  7243: 'the HTTP API of the frontend',
  9090: 'metrics in most set-ups',
  7234: 'the internal history service',
  7235: 'the internal matching service',
  7239: 'the internal worker service',
  6933: 'the membership ring of the frontend',
};

function otherPort({ host, port }: ParsedAddress, { profile }: Subject): Finding[] {
  const what = otherPorts[port];
  if (what === undefined) return [];
  const { evidence, location } = placeOf(profile.address.origin);
  return [
    finding('ADR008', `port ${String(port)} is ${what}; clients use 7233`, {
      severity: 'info',
      evidence: { ...evidence, host, port },
      ...(location === undefined ? {} : { location }),
    }),
  ];
}

/** The TypeScript SDK and nexusctl add 7233; Go says `missing port in address`. */
function missingPort({ profile }: Subject): Finding[] {
  if (/:\d+$/.test(profile.address.value)) return [];
  const { evidence, location } = placeOf(profile.address.origin);
  return [
    finding(
      'ADR002',
      `the address ${profile.address.value} has no port: nexusctl and the TypeScript SDK take 7233, others fail`,
      {
        severity: 'warning',
        evidence: { ...evidence, suggestion: `${profile.address.value}:7233` },
        affects: ['core', 'go'],
        ...(location === undefined ? {} : { location }),
      },
    ),
  ];
}

function ipv6({ family, host, port }: ParsedAddress, { tls }: Subject): Finding[] {
  if (family !== 6 || !tls) return [];
  return [
    finding('ADR003', `core-based workers cannot use the literal address [${host}] with TLS`, {
      severity: 'info',
      evidence: { host, port },
      affects: ['core'],
    }),
  ];
}

/** Only where the environment itself says so: a name for another machine is then the likely mistake. */
function loopbackInContainer({ host, port }: ParsedAddress, { env }: Subject): Finding[] {
  if (!isLoopbackHost(host) || env['KUBERNETES_SERVICE_HOST'] === undefined) return [];
  return [
    finding('ADR010', `${host} is this pod itself; a server in another pod has a service name`, {
      severity: 'info',
      evidence: { host, port },
    }),
  ];
}

/**
 * Private and regional addresses of Cloud (connections.md 2.1): the certificate there is for another name, and with
 * mTLS the namespace is picked by it.
 */
function serverNameNeeded({ host, family }: ParsedAddress, { profile, tls }: Subject): Finding[] {
  if (!tls || profile.tls.serverName !== undefined) return [];
  const mtls = profile.tls.clientCert !== undefined && profile.auth?.value !== 'api-key';
  const namespace = profile.namespace.value;
  const looksCloud = profile.backend?.value === 'cloud' || /^[a-z][a-z0-9-]*\.[a-z0-9]{5,}$/.test(namespace);
  const isPrivate = /\.vpce\.amazonaws\.com\.?$/i.test(host) || (family !== 0 && isPrivateAddress(host));
  const isRegional = /\.(?:region\.tmprl\.cloud|api\.temporal\.io)\.?$/i.test(host);
  if (!(isPrivate && looksCloud) && !(isRegional && mtls)) return [];
  const suggestion = mtls && /^[a-z0-9-]+\.[a-z0-9-]+$/.test(namespace) ? `${namespace}.tmprl.cloud` : undefined;
  const which = mtls ? 'the namespace endpoint' : 'the regional name, for example us-west-2.aws.api.temporal.io';
  const { location } = placeOf(profile.address.origin);
  return [
    finding('ADR009', `${host} needs a server name: with ${mtls ? 'mTLS' : 'an API key'} ${which}`, {
      evidence: { host, ...(suggestion === undefined ? {} : { suggestion }) },
      ...(location === undefined ? {} : { location }),
      ...(suggestion === undefined
        ? {}
        : {
            fix: [
              {
                text: 'Set the server name to the namespace endpoint.',
                command: commandLine('export', ['TEMPORAL_TLS_SERVER_NAME=', { SERVER_NAME: suggestion }]),
              },
            ],
          }),
    }),
  ];
}
