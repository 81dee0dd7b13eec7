import { isLoopback } from '../address.ts';
import type { AddressEvidence, Check, CheckInput } from '../check.ts';
import { finding, type Finding } from '../finding.ts';
import type { TcpResult } from '../net.ts';
import { limitsOf } from '../way.ts';

const mostAddresses = 6;
/** Once one address works, the others have this long to answer too. */
const graceMs = 250;

export const tcp: Check<'tcp'> = {
  id: 'tcp',
  title: 'the server accepts connections',
  layer: 'tcp',
  needs: ['address', 'proxy-environment', 'dns'],
  after: ['proxy'],
  onTimeout: 'TCP002',
  run: async (input) => {
    const address = input.evidence('address');
    if (address === undefined) return { findings: [] };
    if (input.evidence('proxy-environment')?.proxy) return behindProxy(input, address);
    const addresses = (input.evidence('dns')?.addresses ?? []).slice(0, mostAddresses);
    const results = await tryAll(addresses, address.port, input);
    const reachable = addresses.filter((_, index) => results[index]?.ok === true);
    if (reachable.length === 0) {
      const found = allFailed(address, addresses, results, input);
      return {
        findings: [(found.code === 'TCP001' ? await onLoopbackOnly(address, addresses, input) : null) ?? found],
      };
    }
    const refused = addresses.filter((_, index) => results[index]?.ok === false);
    return { findings: someFailed(address, reachable, refused), evidence: { reachable, refused } };
  },
};

type Tried = TcpResult | null;

/** Every address by itself, side by side; null for one that had not answered soon after another had. */
async function tryAll(addresses: readonly string[], port: number, input: CheckInput): Promise<readonly Tried[]> {
  const results: Tried[] = addresses.map(() => null);
  let announce: () => void = () => undefined;
  const firstOpen = new Promise<void>((resolve) => (announce = resolve));
  const attempts = addresses.map(async (address, index) => {
    const result = await input.net.tcp(address, port, limitsOf(input), 0);
    results[index] = result;
    if (result.ok) announce();
  });
  let timer: NodeJS.Timeout | undefined;
  const grace = firstOpen.then(() => new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs))));
  await Promise.race([Promise.all(attempts), grace]);
  clearTimeout(timer);
  return results;
}

function allFailed(
  { host, port, family }: AddressEvidence,
  addresses: readonly string[],
  results: readonly Tried[],
  { subject }: CheckInput,
): Finding {
  // Of several addresses the most telling failure counts: a refusal proves that a machine is there.
  const errnos = results.map((result) => (result === null || result.ok ? 'ETIMEDOUT' : result.errno));
  const errno = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'].find((known) => errnos.includes(known)) ?? errnos[0] ?? '';
  const shown = family === 0 ? `${host}:${String(port)} (${addresses.join(', ')})` : `${host}:${String(port)}`;
  const evidence = { host, port, addresses, errno };
  switch (errno) {
    case 'ECONNREFUSED':
      return finding('TCP001', `${shown} refuses the connection: nothing listens there`, {
        evidence,
        causes: refusedCauses(addresses, port, subject.container),
      });
    case 'ECONNRESET':
      return finding('TCP003', `${shown} resets the connection`, { evidence });
    case 'ETIMEDOUT':
      return finding('TCP002', `${shown} does not answer`, { evidence });
    default:
      return finding('TCP004', `there is no way to ${shown} (${errno})`, { evidence });
  }
}

/** This machine refuses at one of its other addresses what it takes at loopback; null when it is not so. */
async function onLoopbackOnly(
  { host, port }: AddressEvidence,
  addresses: readonly string[],
  input: CheckInput,
): Promise<Finding | null> {
  if (!addresses.every((address) => !isLoopback(address) && input.net.isOwnAddress(address))) return null;
  const atLoopback = await input.net.tcp('127.0.0.1', port, limitsOf(input, 500), 0);
  if (!atLoopback.ok) return null;
  return finding('ADR011', `${host}:${String(port)} refuses the connection, 127.0.0.1:${String(port)} takes it`, {
    evidence: { host, port, address: addresses[0] ?? host },
  });
}

function refusedCauses(addresses: readonly string[], port: number, container: boolean): Finding['causes'] {
  const local = addresses.every(isLoopback);
  return [
    { text: 'the server is not running, or is still starting', likelihood: 'high' },
    ...(port === 7233
      ? []
      : [
          {
            text: `the port is wrong: the frontend listens on 7233, not ${String(port)}`,
            likelihood: 'medium' as const,
          },
        ]),
    ...(local && container
      ? [{ text: 'localhost is this container, not the server', likelihood: 'high' as const }]
      : []),
    ...(local
      ? []
      : [{ text: 'the server listens on loopback only (dev server: --ip 0.0.0.0)', likelihood: 'medium' as const }]),
  ];
}

function someFailed({ host }: AddressEvidence, reachable: readonly string[], refused: readonly string[]): Finding[] {
  const first = refused[0];
  if (first === undefined) return [];
  const mixed = refused.some((address) => reachable.every((other) => address.includes(':') !== other.includes(':')));
  const message = `${host}: ${refused.join(', ')} cannot be reached, ${reachable.join(', ')} can`;
  // `localhost` has two addresses everywhere and servers listen on one of them: every client copes.
  const severity = refused.every(isLoopback) ? 'info' : 'warning';
  return [finding(mixed ? 'DNS005' : 'TCP001', message, { severity, evidence: { host, addresses: refused } })];
}

/** The proxy is the way of the TypeScript client; whether workers can go directly is a question of its own. */
async function behindProxy(input: CheckInput, { host, port, family }: AddressEvidence) {
  const looked = family === 0 ? await input.net.lookup(host, limitsOf(input, 800)) : null;
  const addresses = looked === null ? [host] : looked.ok ? looked.addresses : [];
  const direct = await Promise.all(
    addresses.slice(0, mostAddresses).map((address) => input.net.tcp(address, port, limitsOf(input, 800), 0)),
  );
  const evidence = { reachable: addresses.filter((_, index) => direct[index]?.ok === true), refused: [] };
  if (direct.some(({ ok }) => ok)) return { findings: [], evidence };
  return {
    findings: [
      finding('PRX008', `${host}:${String(port)} can be reached only through the proxy, which workers do not use`, {
        evidence: { host, port },
      }),
    ],
    evidence,
  };
}
