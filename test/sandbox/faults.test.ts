import { readFileSync } from 'node:fs';
import { connect, type PeerCertificate } from 'node:tls';
import { Connection } from '@temporalio/client';
import { afterEach, describe, expect, it } from 'vitest';
import { faults } from '../../src/sandbox/faults.ts';
import { planFaults } from '../../src/sandbox/fault-plan.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { cloudClientOf } from '../helpers/grpc-client.ts';

const running: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((close) => close()));
});

async function start(...wishes: readonly string[]) {
  const sandbox = await startSandbox({ faults: wishes, operationMs: 50 });
  const control = cloudClientOf(sandbox.environment);
  running.push(sandbox.close, control.close);
  return { sandbox, cloud: control.client };
}

const spec = (name: string, callers: readonly string[] = []) => ({
  name,
  targetSpec: { workerTargetSpec: { namespaceId: 'billing.sndbx', taskQueue: 'billing' } },
  policySpecs: callers.map((namespaceId) => ({ allowedCloudNamespacePolicySpec: { namespaceId } })),
});

type Cloud = Awaited<ReturnType<typeof start>>['cloud'];

async function createApi(cloud: Cloud) {
  const { endpointId } = await cloud.createNexusEndpoint({ spec: spec('api') });
  return read(cloud, endpointId);
}

async function read(cloud: Cloud, endpointId: string) {
  const { endpoint } = await cloud.getNexusEndpoint({ endpointId });
  return { endpointId, resourceVersion: endpoint!.resourceVersion! };
}

async function operationEnd(cloud: Cloud): Promise<string> {
  const { asyncOperation } = await cloud.createNexusEndpoint({ spec: spec('api') });
  await new Promise((resolve) => setTimeout(resolve, 120));
  const now = await cloud.getAsyncOperation({ asyncOperationId: asyncOperation!.id! });
  const names = ['', 'PENDING', 'IN_PROGRESS', 'FAILED', 'CANCELLED', 'FULFILLED', 'REJECTED'];
  return names[now.asyncOperation!.state!]!;
}

/** What a client sees of the server's certificate, and what the server says to the client's. */
async function handshake({ environment }: Sandbox, address: string) {
  const [host = '', port] = address.split(':');
  const file = (name: string) => readFileSync(environment[name]!);
  const socket = connect({
    host,
    port: Number(port),
    ca: file('TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
    cert: file('TEMPORAL_TLS_CLIENT_CERT_PATH'),
    key: file('TEMPORAL_TLS_CLIENT_KEY_PATH'),
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  });
  return new Promise<{ trust: string; settings: boolean; certificate: PeerCertificate }>((resolve) => {
    let settings = false;
    socket.on('data', () => {
      settings = true;
      socket.destroy();
    });
    const seen = { trust: '', certificate: {} as PeerCertificate };
    socket.on('secureConnect', () => {
      seen.trust = socket.authorized
        ? 'ok'
        : String((socket.authorizationError as Error & { code?: string }).code ?? socket.authorizationError);
      seen.certificate = socket.getPeerCertificate();
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ ...seen, settings }));
  });
}

const code = {
  INVALID: 3,
  NOT_FOUND: 5,
  DENIED: 7,
  EXHAUSTED: 8,
  PRECONDITION: 9,
  ABORTED: 10,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
};

async function statusOf(work: Promise<unknown>): Promise<number> {
  return work.then(
    () => 0,
    (error: unknown) => (error as { code?: number }).code ?? -1,
  );
}

function frontend({ addresses, environment }: Sandbox): Connection {
  const file = (name: string) => readFileSync(environment[name]!);
  const connection = Connection.lazy({
    address: addresses['mtls']!,
    tls: {
      serverRootCACertificate: file('TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
      clientCertPair: { crt: file('TEMPORAL_TLS_CLIENT_CERT_PATH'), key: file('TEMPORAL_TLS_CLIENT_KEY_PATH') },
    },
    interceptors: [],
  });
  running.push(() => connection.close());
  return connection;
}

async function frontendStatus(sandbox: Sandbox): Promise<number> {
  const connection = frontend(sandbox);
  const describeIt = () => connection.workflowService.describeNamespace({ namespace: 'orders.sndbx' });
  return statusOf(connection.withDeadline(Date.now() + 5000, describeIt));
}

/** What each fault of the table does, seen from outside. */
const effects: Readonly<Record<string, () => Promise<void>>> = {
  'server-certificate-expired': async () => seesServer('server-certificate-expired', 'CERT_HAS_EXPIRED'),
  'server-certificate-not-yet-valid': async () => seesServer('server-certificate-not-yet-valid', 'CERT_NOT_YET_VALID'),
  'server-certificate-wrong-name': async () =>
    seesServer('server-certificate-wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'),
  'server-certificate-unknown-ca': async () =>
    seesServer('server-certificate-unknown-ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  'client-certificate-expired': async () => isRefused('client-certificate-expired'),
  'client-certificate-unknown-ca': async () => isRefused('client-certificate-unknown-ca'),
  'client-ca-expiring': async () => {
    const { sandbox, cloud } = await start('client-ca-expiring');
    expect((await handshake(sandbox, sandbox.addresses['mtls']!)).settings).toBe(true);
    const { namespaces } = await cloud.getNamespaces({});
    const { X509Certificate } = await import('node:crypto');
    const ca = new X509Certificate(Buffer.from(namespaces[0]!.spec!.mtlsAuth!.acceptedClientCa!));
    const days = (Date.parse(ca.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(4);
    expect(days).toBeLessThan(6);
  },
  conflict: async () => {
    const { cloud } = await start('conflict=2');
    const api = await createApi(cloud);
    const update = async (endpoint: typeof api) =>
      statusOf(cloud.updateNexusEndpoint({ ...endpoint, spec: spec('api', ['orders.sndbx']) }));
    expect(await update(api)).toBe(code.PRECONDITION);
    const again = await read(cloud, api.endpointId);
    expect(again.resourceVersion).not.toBe(api.resourceVersion);
    expect(await update(again)).toBe(code.PRECONDITION);
    expect(await update(await read(cloud, api.endpointId))).toBe(0);
  },
  aborted: async () => {
    const { cloud } = await start('aborted');
    expect(await statusOf(cloud.createNexusEndpoint({ spec: spec('api') }))).toBe(code.ABORTED);
    expect(await statusOf(cloud.createNexusEndpoint({ spec: spec('api') }))).toBe(0);
  },
  'operation-rejected': async () => endsAs('operation-rejected', 'REJECTED'),
  'operation-failed': async () => endsAs('operation-failed', 'FAILED'),
  'operation-cancelled': async () => endsAs('operation-cancelled', 'CANCELLED'),
  'operation-slow': async () => endsAs('operation-slow', 'IN_PROGRESS'),
  'operation-stuck': async () => endsAs('operation-stuck', 'IN_PROGRESS'),
  'drop-before-write': async () => {
    const { cloud } = await start('drop-before-write');
    expect(await statusOf(cloud.createNexusEndpoint({ spec: spec('api') }))).toBe(code.UNAVAILABLE);
    expect((await cloud.getNexusEndpoints({})).endpoints).toEqual([]);
  },
  'drop-after-write': async () => {
    const { cloud } = await start('drop-after-write');
    const request = { spec: spec('api'), asyncOperationId: 'mine' };
    expect(await statusOf(cloud.createNexusEndpoint(request))).toBe(code.UNAVAILABLE);
    const { endpoints } = await cloud.getNexusEndpoints({});
    expect(endpoints).toHaveLength(1);
    expect(await cloud.createNexusEndpoint(request)).toMatchObject({ endpointId: endpoints[0]!.id });
    expect((await cloud.getNexusEndpoints({})).endpoints).toHaveLength(1);
  },
  'slow-answers': async () => {
    const { cloud } = await start('slow-answers=1');
    const started = Date.now();
    await cloud.getNexusEndpoints({});
    expect(Date.now() - started).toBeGreaterThan(1900);
  },
  'rate-limit': async () => failsTimes('rate-limit', 2, code.EXHAUSTED),
  unavailable: async () => failsTimes('unavailable', 2, code.UNAVAILABLE),
  unauthenticated: async () => failsTimes('unauthenticated=3', 3, code.UNAUTHENTICATED),
  'permission-denied': async () => {
    const { cloud } = await start('permission-denied');
    expect((await cloud.getNexusEndpoints({})).endpoints).toEqual([]);
    expect(await statusOf(cloud.createNexusEndpoint({ spec: spec('api') }))).toBe(code.DENIED);
  },
  'frontend-unauthenticated': async () => frontendAnswers('frontend-unauthenticated', code.UNAUTHENTICATED),
  'frontend-permission-denied': async () => frontendAnswers('frontend-permission-denied', code.DENIED),
  'frontend-unavailable': async () => frontendAnswers('frontend-unavailable', code.UNAVAILABLE),
  'nexus-disabled': async () => {
    const { sandbox } = await start('nexus-disabled');
    const { capabilities } = await frontend(sandbox).workflowService.getSystemInfo({});
    expect(capabilities?.nexus).toBe(false);
  },
};

async function seesServer(fault: string, trust: string): Promise<void> {
  const { sandbox } = await start(fault);
  for (const address of Object.values(sandbox.addresses)) expect((await handshake(sandbox, address)).trust).toBe(trust);
}

async function isRefused(fault: string): Promise<void> {
  const { sandbox } = await start(fault);
  expect(await handshake(sandbox, sandbox.addresses['mtls']!)).toMatchObject({ trust: 'ok', settings: false });
  expect(await handshake(sandbox, sandbox.addresses['apiKey']!)).toMatchObject({ trust: 'ok', settings: true });
}

async function endsAs(fault: string, state: string): Promise<void> {
  const { cloud } = await start(fault);
  expect(await operationEnd(cloud)).toBe(state);
}

async function failsTimes(fault: string, times: number, status: number): Promise<void> {
  const { sandbox, cloud } = await start(fault);
  for (let n = 0; n < times; n += 1) expect(await statusOf(cloud.getNexusEndpoints({}))).toBe(status);
  expect(await statusOf(cloud.getNexusEndpoints({}))).toBe(0);
  expect(await frontendStatus(sandbox)).toBe(0);
}

async function frontendAnswers(fault: string, status: number): Promise<void> {
  const { sandbox, cloud } = await start(fault);
  expect(await frontendStatus(sandbox)).toBe(status);
  expect(await statusOf(cloud.getNexusEndpoints({}))).toBe(0);
}

describe('every fault of the table does what it says', () => {
  it.each(faults.map(({ name }) => name))('%s', async (name) => {
    const effect = effects[name];
    expect(effect, `${name} has no test`).toBeDefined();
    await effect?.();
  });
});

describe('without faults', () => {
  it('nothing of all that happens', async () => {
    const { sandbox, cloud } = await start();
    for (const address of Object.values(sandbox.addresses))
      expect(await handshake(sandbox, address)).toMatchObject({ trust: 'ok', settings: true });
    expect(await operationEnd(cloud)).toBe('FULFILLED');
    expect(await frontendStatus(sandbox)).toBe(0);
  });
});

describe('a plan', () => {
  it('counts each wish, first come first served', () => {
    const plan = planFaults(['operation-failed', 'operation-rejected=2']);
    const outcomes = Array.from({ length: 4 }, () => plan.take('operation')?.outcome);
    expect(outcomes).toEqual(['FAILED', 'REJECTED', 'REJECTED', undefined]);
    expect(plan.names).toEqual(['operation-failed', 'operation-rejected']);
  });

  it.each([
    ['nonsense', "no fault 'nonsense'"],
    ['conflict=0', 'above zero'],
    ['conflict=', 'above zero'],
    ['conflict=1e3', 'above zero'],
  ])('refuses %s', (wish, message) => {
    expect(() => planFaults([wish])).toThrow(message);
  });
});
