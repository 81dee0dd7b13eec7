import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { cloudClientOf } from '../helpers/grpc-client.ts';

let sandbox: Sandbox;
let control: ReturnType<typeof cloudClientOf>;
beforeAll(async () => {
  sandbox = await startSandbox({ operationMs: 20 });
  control = cloudClientOf(sandbox.environment);
});
afterAll(async () => {
  control.close();
  await sandbox.close();
});

const spec = (name: string, taskQueue = 'q', callers: readonly string[] = []) => ({
  name,
  targetSpec: { workerTargetSpec: { namespaceId: 'billing.sndbx', taskQueue } },
  policySpecs: callers.map((namespaceId) => ({ allowedCloudNamespacePolicySpec: { namespaceId } })),
});

async function removeAll(): Promise<void> {
  const { endpoints } = await control.client.getNexusEndpoints({});
  for (const { id, resourceVersion } of endpoints)
    await control.client.deleteNexusEndpoint({ endpointId: id!, resourceVersion: resourceVersion! });
  while ((await control.client.getNexusEndpoints({})).endpoints.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('Nexus endpoints', () => {
  beforeEach(removeAll);

  it('are listed on pages, ascending by id, through every filter', async () => {
    const { client } = control;
    for (const [name, queue] of [
      ['one', 'a'],
      ['two', 'b'],
      ['three', 'a'],
    ] as const)
      await client.createNexusEndpoint({ spec: spec(name, queue) });
    const names = async (filter: object) => {
      const found: { id: string; name: string }[] = [];
      let pageToken = '';
      do {
        const page = await client.getNexusEndpoints({ ...filter, pageSize: 1, pageToken });
        found.push(...page.endpoints.map(({ id, spec: has }) => ({ id: id!, name: has!.name! })));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      const ids = found.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort());
      return found.map(({ name }) => name).sort();
    };
    expect(await names({})).toEqual(['one', 'three', 'two']);
    expect(await names({ targetTaskQueue: 'a' })).toEqual(['one', 'three']);
    expect(await names({ targetNamespaceId: 'billing.sndbx' })).toHaveLength(3);
    expect(await names({ targetNamespaceId: 'orders.sndbx' })).toEqual([]);
    expect(await names({ name: 'two' })).toEqual(['two']);
    expect(await names({ name: 'tw' })).toEqual([]);
  });

  it('of twenty updates with one version exactly one wins', async () => {
    const { client } = control;
    const { endpointId } = await client.createNexusEndpoint({ spec: spec('api') });
    const { endpoint } = await client.getNexusEndpoint({ endpointId });
    const resourceVersion = endpoint!.resourceVersion!;
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        client.updateNexusEndpoint({ endpointId, resourceVersion, spec: spec('api', `q${String(n)}`) }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 9 });
  });

  it('an operation names how often to look, and what became of it', async () => {
    const { client } = control;
    const { asyncOperation } = await client.createNexusEndpoint({ spec: spec('api'), asyncOperationId: 'my-request' });
    expect(asyncOperation).toMatchObject({ id: 'my-request', operationType: 'CreateNexusEndpoint', state: 1 });
    expect(Number(asyncOperation!.checkDuration!.nanos)).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { asyncOperation: later } = await client.getAsyncOperation({ asyncOperationId: 'my-request' });
    expect(later).toMatchObject({ state: 5 });
    await expect(client.getAsyncOperation({ asyncOperationId: 'nobody' })).rejects.toMatchObject({ code: 5 });
  });

  it('keep what this version does not know: other metadata, unknown fields, unknown kinds of policy', async () => {
    const { client } = control;
    const field = (id: number, text: string) =>
      Buffer.concat([Buffer.from([(id << 3) | 2, text.length]), Buffer.from(text)]);
    // protobufjs writes `$unknowns` as they are: a field 15 in the spec, and a policy whose kind is field 9.
    const newer = {
      ...spec('api', 'q', ['orders.sndbx']),
      description: {
        metadata: { encoding: Buffer.from('json/plain'), extra: Buffer.from('x') },
        data: Buffer.from('"d"'),
      },
      $unknowns: [field(15, 'from the future')],
    };
    newer.policySpecs.push({ $unknowns: [field(9, 'another kind')] } as never);
    const { endpointId } = await client.createNexusEndpoint({ spec: newer });
    const raw = await control.raw('GetNexusEndpoint', { endpointId });
    expect(raw.includes('from the future')).toBe(true);
    expect(raw.includes('another kind')).toBe(true);
    expect(raw.includes('extra')).toBe(true);
    const { endpoint } = await client.getNexusEndpoint({ endpointId });
    const change = { endpointId, resourceVersion: endpoint!.resourceVersion!, spec: spec('api') };
    await client.updateNexusEndpoint(change);
    const replaced = await control.raw('GetNexusEndpoint', { endpointId });
    expect(replaced.includes('from the future')).toBe(false);
  });

  it('a policy without any kind is refused', async () => {
    const empty = { ...spec('api'), policySpecs: [{}] };
    await expect(control.client.createNexusEndpoint({ spec: empty })).rejects.toMatchObject({ code: 3 });
  });
});

describe('API keys', () => {
  it('work when made, and stop when disabled or deleted', async () => {
    const { client } = control;
    const { keyId, token } = await client.createApiKey({ spec: { displayName: 'second' } });
    const second = () => cloudClientOf({ ...sandbox.environment, TEMPORAL_CLOUD_API_KEY: token });
    const call = async () => {
      const { client: own, close } = second();
      return own.getCurrentIdentity({}).finally(close);
    };
    expect((await call()).principalApiKey).toMatchObject({ id: keyId, spec: { displayName: 'second' } });
    const { apiKey } = await client.getApiKey({ keyId });
    await client.updateApiKey({ keyId, resourceVersion: apiKey!.resourceVersion!, spec: { disabled: true } });
    await expect(call()).rejects.toMatchObject({ code: 16, details: 'api key is disabled' });
    await expect(client.deleteApiKey({ keyId, resourceVersion: apiKey!.resourceVersion! })).rejects.toMatchObject({
      code: 9,
    });
    const { apiKey: changed } = await client.getApiKey({ keyId });
    await client.deleteApiKey({ keyId, resourceVersion: changed!.resourceVersion! });
    await expect(call()).rejects.toMatchObject({ code: 16, details: 'invalid api key' });
    expect((await client.getApiKeys({})).apiKeys.map(({ id }) => id)).not.toContain(keyId);
  });

  it('expire', async () => {
    const spec = { displayName: 'old', expiryTime: { seconds: 1 as never } };
    await expect(control.client.createApiKey({ spec })).rejects.toMatchObject({ code: 3 });
  });
});

describe('the rest', () => {
  it('is UNIMPLEMENTED', async () => {
    await expect(control.client.getUsers({})).rejects.toMatchObject({ code: 12 });
  });

  it.each([
    ['a namespace that is not there', () => control.client.getNamespace({ namespace: 'nobody.sndbx' })],
    ['an endpoint that is not there', () => control.client.getNexusEndpoint({ endpointId: 'nobody' })],
  ])('%s is NOT_FOUND', async (_what, call) => {
    await expect(call()).rejects.toMatchObject({ code: 5 });
  });

  it('names the account', async () => {
    expect((await control.client.getAccount({})).account).toMatchObject({ id: 'sndbx' });
  });
});
