import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { cloudClient, cloudClientOf } from '../helpers/grpc-client.ts';

const { TASK_QUEUE_TYPE_NEXUS, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ operationMs: 60 })));
afterAll(() => sandbox.close());

const read = (name: string) => readFileSync(sandbox.environment[name]!);

function connect(kind: 'mtls' | 'apiKey', apiKey?: string) {
  const { addresses } = sandbox;
  return Connection.connect({
    address: addresses[kind]!,
    connectTimeout: 3000,
    tls: {
      serverRootCACertificate: read('TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
      ...(kind === 'mtls'
        ? { clientCertPair: { crt: read('TEMPORAL_TLS_CLIENT_CERT_PATH'), key: read('TEMPORAL_TLS_CLIENT_KEY_PATH') } }
        : {}),
    },
    ...(apiKey === undefined ? {} : { apiKey }),
  });
}

describe('the SDK client', () => {
  it.each(['mtls', 'apiKey'] as const)('connects to the frontend that wants %s', async (kind) => {
    const connection = await connect(kind, kind === 'apiKey' ? sandbox.environment['TEMPORAL_API_KEY'] : undefined);
    try {
      const info = await connection.workflowService.getSystemInfo({});
      expect(info.capabilities?.nexus).toBe(true);
      const namespace = sandbox.namespaces[0]!;
      const described = await connection.workflowService.describeNamespace({ namespace });
      expect(described.namespaceInfo?.name).toBe(namespace);
      const listed = await connection.workflowService.listNamespaces({ pageSize: 2 });
      expect(listed.namespaces).toHaveLength(2);
      expect(listed.nextPageToken).not.toHaveLength(0);
      expect(await connection.healthService.check({})).toMatchObject({ status: 1 });
      const client = new Client({ connection, namespace });
      await expect(client.workflow.getHandle('none').describe()).rejects.toThrow();
    } finally {
      await connection.close();
    }
  });

  it('is refused without a client certificate, and with a wrong key', async () => {
    await expect(
      Connection.connect({
        address: sandbox.addresses['mtls']!,
        connectTimeout: 1000,
        tls: { serverRootCACertificate: read('TEMPORAL_TLS_SERVER_CA_CERT_PATH') },
      }),
    ).rejects.toThrow();
    await expect(connect('apiKey', 'wrong')).rejects.toMatchObject({ cause: { code: 16 } });
  });
});

describe('a task queue', () => {
  it('shows who has polled it, by kind', async () => {
    const connection = await connect('mtls');
    const namespace = sandbox.namespaces[0]!;
    const taskQueue = { name: 'billing' };
    const { workflowService } = connection;
    const poll = () => workflowService.pollNexusTaskQueue({ namespace, taskQueue, identity: 'worker-1' });
    await expect(connection.withDeadline(Date.now() + 200, poll)).rejects.toMatchObject({ code: 4 });
    const pollers = async (taskQueueType: temporal.api.enums.v1.TaskQueueType) =>
      (await workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType })).pollers;
    expect(await pollers(TASK_QUEUE_TYPE_NEXUS)).toMatchObject([{ identity: 'worker-1' }]);
    expect(await pollers(TASK_QUEUE_TYPE_WORKFLOW)).toEqual([]);
    await connection.close();
  });
});

describe('the control plane', () => {
  it('wants a key and the version header', async () => {
    const { NEXUSCTL_CLOUD_ADDRESS: address, NEXUSCTL_CLOUD_CA_CERT_PATH: ca } = sandbox.environment;
    const without = async (headers: Record<string, string>) => {
      const { client, close } = cloudClient({ address: address!, ca: ca!, headers });
      await client.getNamespaces({}).finally(close);
    };
    await expect(without({ 'temporal-cloud-api-version': 'v0.19.1' })).rejects.toMatchObject({ code: 16 });
    await expect(
      without({ authorization: `Bearer ${sandbox.environment['TEMPORAL_CLOUD_API_KEY']!}` }),
    ).rejects.toMatchObject({ code: 3, details: expect.stringContaining('temporal-cloud-api-version') as string });
  });

  it('lists namespaces with their client CA', async () => {
    const { client, close } = cloudClientOf(sandbox.environment);
    const { namespaces, nextPageToken } = await client.getNamespaces({});
    expect(namespaces.map(({ namespace }) => namespace)).toEqual([...sandbox.namespaces].sort());
    expect(nextPageToken).toBe('');
    expect(String(Buffer.from(namespaces[0]!.spec!.mtlsAuth!.acceptedClientCa!))).toContain('BEGIN CERTIFICATE');
    close();
  });
});
