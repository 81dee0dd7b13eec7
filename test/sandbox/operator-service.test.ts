import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { operatorClient } from '../helpers/grpc-client.ts';

let sandbox: Sandbox;
let operator: ReturnType<typeof operatorClient>;
beforeAll(async () => {
  sandbox = await startSandbox({ selfHosted: true });
  operator = operatorClient({ address: sandbox.addresses['plain']! });
});
afterAll(async () => {
  operator.close();
  await sandbox.close();
});

const spec = (name: string, taskQueue = 'q') => ({ name, target: { worker: { namespace: 'billing', taskQueue } } });
const long = (value: number) => value as never;

describe('a self-hosted cluster', () => {
  it('has no account and no control plane', () => {
    expect(sandbox.account).toBeUndefined();
    expect(Object.keys(sandbox.addresses)).toEqual(['plain', 'mtls']);
    expect(
      Object.keys(sandbox.environment).filter((name) => name.includes('CLOUD') || name.includes('API_KEY')),
    ).toEqual([]);
  });

  it('counts versions, and loses the time of creation with the first update', async () => {
    const { client } = operator;
    const { endpoint } = await client.createNexusEndpoint({ spec: spec('first') });
    expect(Number(endpoint!.version)).toBe(1);
    expect(endpoint!.createdTime).not.toBeNull();
    expect(endpoint!.lastModifiedTime).toBeNull();
    const id = endpoint!.id!;
    const updated = await client.updateNexusEndpoint({ id, version: long(1), spec: spec('first', 'other') });
    expect(Number(updated.endpoint!.version)).toBe(2);
    expect(updated.endpoint!.createdTime).toBeNull();
    expect(updated.endpoint!.lastModifiedTime).not.toBeNull();
  });

  it('takes a rename onto a name that is taken, and an update that changes nothing', async () => {
    const { client } = operator;
    const { endpoint: one } = await client.createNexusEndpoint({ spec: spec('one') });
    await client.createNexusEndpoint({ spec: spec('two') });
    await client.updateNexusEndpoint({ id: one!.id!, version: long(1), spec: spec('two') });
    const { endpoints } = await client.listNexusEndpoints({ name: 'two' });
    expect(endpoints).toHaveLength(2);
    const again = await client.updateNexusEndpoint({ id: one!.id!, version: long(2), spec: spec('two') });
    expect(Number(again.endpoint!.version)).toBe(3);
  });

  it('wants a version on delete and does not look at it', async () => {
    const { client } = operator;
    const { endpoint } = await client.createNexusEndpoint({ spec: spec('doomed') });
    const id = endpoint!.id!;
    await expect(client.deleteNexusEndpoint({ id, version: long(0) })).rejects.toMatchObject({ code: 3 });
    await client.deleteNexusEndpoint({ id, version: long(99) });
    await expect(client.getNexusEndpoint({ id })).rejects.toMatchObject({ code: 5 });
  });

  it('keeps an external target and lists pages', async () => {
    const { client } = operator;
    const external = { name: 'outside', target: { external: { url: 'https://example.com/nexus' } } };
    const { endpoint } = await client.createNexusEndpoint({ spec: external });
    expect(endpoint!.spec!.target!.external).toMatchObject({ url: 'https://example.com/nexus' });
    const first = await client.listNexusEndpoints({ pageSize: 1 });
    expect(first.endpoints).toHaveLength(1);
    const rest = await client.listNexusEndpoints({ nextPageToken: first.nextPageToken });
    expect(rest.endpoints.map(({ id }) => id)).not.toContain(first.endpoints[0]!.id);
    expect(rest.nextPageToken).toHaveLength(0);
  });

  const refused: readonly [string, object, number, string][] = [
    ['a name twice', spec('taken'), 6, 'already registered'],
    ['an underscore', spec('my_api'), 3, 'regex'],
    ['no target', { name: 'nowhere' }, 3, 'empty target'],
    [
      'a namespace that is not there',
      { name: 'lost', target: { worker: { namespace: 'nobody', taskQueue: 'q' } } },
      9,
      'could not verify',
    ],
    ['a URL of another kind', { name: 'odd', target: { external: { url: 'ftp://example.com' } } }, 3, 'scheme'],
  ];
  it.each(refused)('refuses %s', async (_what, wrong, code, message) => {
    if (message === 'already registered') await operator.client.createNexusEndpoint({ spec: spec('taken') });
    await expect(operator.client.createNexusEndpoint({ spec: wrong })).rejects.toMatchObject({
      code,
      details: expect.stringContaining(message) as string,
    });
  });

  it('refuses a stale version and an endpoint that is not there', async () => {
    const { endpoint } = await operator.client.createNexusEndpoint({ spec: spec('stale') });
    const write = (id: string) =>
      operator.client.updateNexusEndpoint({ id, version: long(7), spec: spec('stale', 'x') });
    await expect(write(endpoint!.id!)).rejects.toMatchObject({
      code: 9,
      details: 'nexus endpoint version mismatch. received: 7 expected 1',
    });
    await expect(write('nobody')).rejects.toMatchObject({ code: 5 });
  });

  it('answers with faults as the control plane of an account does', async () => {
    const faulty = await startSandbox({ selfHosted: true, faults: ['conflict', 'permission-denied'] });
    const { client, close } = operatorClient({ address: faulty.addresses['plain']! });
    await expect(client.createNexusEndpoint({ spec: spec('api') })).rejects.toMatchObject({ code: 7 });
    expect((await client.listNexusEndpoints({})).endpoints).toEqual([]);
    close();
    await faulty.close();
  });
});
