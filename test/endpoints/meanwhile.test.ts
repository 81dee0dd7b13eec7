import { describe, expect, it } from 'vitest';
import { deleteEndpoint, rewrite } from '../../src/endpoints/change.ts';
import { editCallers } from '../../src/endpoints/edit-callers.ts';
import type { Endpoint } from '../../src/endpoints/endpoint.ts';
import { endpointOf, memoryEndpoints, writing } from '../helpers/endpoint-api.ts';

type Endpoints = Map<string, Endpoint>;

/** Somebody renames the endpoint and gives its name to a new one. */
function renamed(endpoints: Endpoints): void {
  const old = endpoints.get('1');
  if (old?.name !== 'billing') return;
  endpoints.set('1', { ...old, name: 'billing-old', resourceVersion: '2' });
  endpoints.set('2', endpointOf('billing', '2'));
}

const deleted = (endpoints: Endpoints) => void endpoints.delete('1');
const callersOf = (endpoints: Endpoints) =>
  Object.fromEntries([...endpoints.values()].map(({ name, callers }) => [name, callers.map((one) => one.namespace)]));
const allow = { kind: 'allow', entries: [{ namespace: 'web' }] } as const;
const revoke = { kind: 'revoke', namespaces: ['orders'] } as const;

describe('an endpoint that was renamed between read and write', () => {
  const start = (meanwhile: (endpoints: Endpoints) => void) =>
    memoryEndpoints([endpointOf('billing', '1', 'orders')], meanwhile);

  it.each([allow, revoke])('is not what was named: $kind stops', async (edit) => {
    const { api, endpoints } = start(renamed);
    await expect(editCallers(api, 'billing', edit, writing)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('billing-old') as string,
    });
    expect(callersOf(endpoints)).toEqual({ 'billing-old': ['orders'], billing: [] });
  });

  it('is still what was named by its id', async () => {
    const { api, endpoints } = start(renamed);
    await editCallers(api, '1', allow, writing);
    expect(callersOf(endpoints)).toEqual({ 'billing-old': ['orders', 'web'], billing: [] });
  });

  it.each([
    ['update', { description: 'mine' }],
    ['set-callers', { callers: ['web'] }],
  ] as const)('%s is a conflict', async (action, wish) => {
    const { api, endpoints } = start(renamed);
    const held = await api.find('billing', writing.signal);
    await expect(rewrite(api, action, held!, wish, writing)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(callersOf(endpoints)).toEqual({ 'billing-old': ['orders'], billing: [] });
  });

  it('is not deleted', async () => {
    const { api, endpoints } = start(renamed);
    const held = await api.find('billing', writing.signal);
    renamed(endpoints);
    await expect(deleteEndpoint(api, held!, writing)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect([...endpoints.keys()]).toEqual(['1', '2']);
  });
});

describe('an endpoint that was deleted between read and write', () => {
  const start = () => memoryEndpoints([endpointOf('billing', '1', 'orders')], deleted);
  const gone = { code: 'CONFLICT', message: 'billing was deleted by somebody else meanwhile; nothing was written' };

  it.each([allow, revoke])('is a conflict for $kind, and none is made', async (edit) => {
    const { api, endpoints } = start();
    await expect(editCallers(api, 'billing', edit, writing)).rejects.toMatchObject(gone);
    expect(endpoints.size).toBe(0);
  });

  it('is a conflict for update', async () => {
    const { api, endpoints } = start();
    const held = await api.find('billing', writing.signal);
    await expect(rewrite(api, 'update', held!, { description: 'mine' }, writing)).rejects.toMatchObject(gone);
    expect(endpoints.size).toBe(0);
  });

  it('is as delete wished', async () => {
    const { api } = start();
    const held = await api.find('billing', writing.signal);
    expect((await deleteEndpoint(api, held!, writing)).change).toMatchObject({ action: 'delete', changed: false });
  });
});
