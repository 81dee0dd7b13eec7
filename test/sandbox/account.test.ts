import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEndpoint,
  deleteEndpoint,
  endpointState,
  getEndpoint,
  listEndpoints,
  updateEndpoint,
  type Account,
} from '../../src/sandbox/account.ts';
import { validateSpec, type EndpointSpec } from '../../src/sandbox/endpoint-rules.ts';
import { operationState, type Outcome } from '../../src/sandbox/operations.ts';

const operationMs = 300;

/** An account whose clock stands still until the test moves it. */
function rehearse(outcome: Outcome = 'FULFILLED') {
  const clock = { now: 1_000_000 };
  let ids = 0;
  const namespace = { name: '', region: '', retentionDays: 1, clientCa: '', createdAt: 0 };
  const account: Account = {
    id: 'sndbx',
    namespaces: new Map(['a.sndbx', 'b.sndbx'].map((id) => [id, { ...namespace, id }])),
    endpoints: new Map(),
    operations: new Map(),
    now: () => clock.now,
    newId: () => (ids += 1).toString().padStart(4, '0'),
    endpointLimit: 100,
    nextOperation: () => ({ outcome, lengthMs: operationMs }),
    revision: 0,
  };
  const pass = (milliseconds: number) => void (clock.now += milliseconds);
  return { account, pass };
}

function spec(name: string, callers: readonly string[] = [], wire = `${name} ${callers.join()}`): EndpointSpec {
  const target = { namespace: 'a.sndbx', taskQueue: 'q' };
  return { name, target, callers, emptyPolicies: 0, descriptionBytes: 0, wire: Buffer.from(wire) };
}

const only = (account: Account) => listEndpoints(account)[0]!;

describe('a write as time passes', () => {
  const table: readonly [
    Outcome,
    created: string | undefined,
    updated: string,
    callers: number,
    deleted: string | undefined,
  ][] = [
    ['FULFILLED', 'ACTIVE', 'ACTIVE', 1, undefined],
    ['REJECTED', undefined, 'ACTIVE', 0, 'ACTIVE'],
    ['CANCELLED', undefined, 'ACTIVE', 0, 'ACTIVE'],
    ['FAILED', 'ACTIVATION_FAILED', 'UPDATE_FAILED', 0, 'DELETE_FAILED'],
    ['STUCK', 'ACTIVATING', 'UPDATING', 1, 'DELETING'],
  ];
  it.each(table)('%s', (outcome, created, updated, callers, deleted) => {
    const stateAfter = (account: Account) => {
      const endpoint = listEndpoints(account)[0];
      return endpoint && endpointState(account, endpoint);
    };
    const first = rehearse(outcome);
    const operation = createEndpoint(first.account, spec('api'));
    expect(operationState(operation, first.account.now())).toBe('PENDING');
    expect(stateAfter(first.account)).toBe('ACTIVATING');
    first.pass(operationMs / 2);
    expect(operationState(operation, first.account.now())).toBe('IN_PROGRESS');
    first.pass(operationMs);
    expect(operationState(operation, first.account.now())).toBe(outcome === 'STUCK' ? 'IN_PROGRESS' : outcome);
    expect(stateAfter(first.account)).toBe(created);

    const second = rehearse();
    createEndpoint(second.account, spec('api'));
    second.pass(1000);
    const { id, resourceVersion } = only(second.account);
    const sick: Account = { ...second.account, nextOperation: () => ({ outcome, lengthMs: operationMs }) };
    updateEndpoint(sick, { id, resourceVersion }, spec('api', ['b.sndbx']));
    expect(stateAfter(sick)).toBe('UPDATING');
    second.pass(1000);
    expect(stateAfter(sick)).toBe(updated);
    expect(only(sick).spec.callers).toHaveLength(callers);

    deleteEndpoint(sick, { id, resourceVersion: only(sick).resourceVersion });
    expect(stateAfter(sick)).toBe('DELETING');
    second.pass(1000);
    expect(stateAfter(sick)).toBe(deleted);
  });
});

describe('refusals', () => {
  const { account, pass } = rehearse();
  createEndpoint(account, spec('taken'));
  createEndpoint(account, spec('api'));
  pass(1000);
  const { id, resourceVersion } = listEndpoints(account).find((endpoint) => endpoint.spec.name === 'api')!;
  const table: readonly [string, () => unknown, status: string, message: RegExp][] = [
    ['a name twice', () => createEndpoint(account, spec('taken')), 'ALREADY_EXISTS', /already exists/],
    [
      'a rename onto another',
      () => updateEndpoint(account, { id, resourceVersion }, spec('taken')),
      'ALREADY_EXISTS',
      /taken/,
    ],
    [
      'nothing to change',
      () => updateEndpoint(account, { id, resourceVersion }, spec('api')),
      'INVALID_ARGUMENT',
      /nothing to change/,
    ],
    [
      'a stale version',
      () => updateEndpoint(account, { id, resourceVersion: 'old' }, spec('api', ['b.sndbx'])),
      'FAILED_PRECONDITION',
      /resource version/,
    ],
    [
      'a stale version on delete',
      () => deleteEndpoint(account, { id, resourceVersion: 'old' }),
      'FAILED_PRECONDITION',
      /resource version/,
    ],
    ['no version', () => deleteEndpoint(account, { id, resourceVersion: '' }), 'INVALID_ARGUMENT', /not set/],
    ['an endpoint that is not there', () => getEndpoint(account, 'nobody'), 'NOT_FOUND', /nobody/],
    [
      'an unknown caller',
      () => createEndpoint(account, spec('new', ['c.sndbx'])),
      'INVALID_ARGUMENT',
      /c\.sndbx not found/,
    ],
  ];
  it.each(table)('%s', (_what, write, status, message) => {
    expect(write).toThrow(
      expect.objectContaining({ status, message: expect.stringMatching(message) as string }) as Error,
    );
  });

  it('the 101st endpoint', () => {
    const full = rehearse().account;
    for (let n = 0; n < 100; n += 1) createEndpoint(full, spec(`endpoint-${String(n)}`));
    expect(() => createEndpoint(full, spec('one-more'))).toThrow(/limit of 100/);
  });
});

describe('rules of a specification', () => {
  const isNamespace = (id: string) => id.endsWith('.sndbx');
  const fine = spec('fine');
  const table: readonly [string, Partial<EndpointSpec>, RegExp | undefined][] = [
    ['plain', {}, undefined],
    ['two characters', { name: 'ab' }, undefined],
    ['200 characters', { name: 'a'.repeat(200) }, undefined],
    ['201 characters', { name: 'a'.repeat(201) }, /length limit of 200/],
    ['no name', { name: '' }, /name not set/],
    ['one character', { name: 'a' }, /regex/],
    ['an underscore', { name: 'my_api' }, /regex/],
    ['a digit first', { name: '1api' }, /regex/],
    ['a hyphen last', { name: 'api-' }, /regex/],
    ['no task queue', { target: { namespace: 'a.sndbx', taskQueue: '' } }, /task queue not set/],
    ['a name instead of an id', { target: { namespace: 'a', taskQueue: 'q' } }, /target namespace a not found/],
    ['1000 callers', { callers: Array.from({ length: 1000 }, (_, n) => `n${String(n)}.sndbx`) }, undefined],
    ['1001 callers', { callers: Array.from({ length: 1001 }, (_, n) => `n${String(n)}.sndbx`) }, /more than 1000/],
    ['20,000 bytes', { descriptionBytes: 20_000 }, undefined],
    ['20,001 bytes', { descriptionBytes: 20_001 }, /20001 exceeds limit of 20000/],
    ['an empty policy', { emptyPolicies: 1 }, /policy spec/],
  ];
  it.each(table)('%s', (_what, change, message) => {
    const check = () => validateSpec({ ...fine, ...change }, isNamespace);
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it('has a target of a known kind', () => {
    const { name, callers, emptyPolicies, descriptionBytes, wire } = fine;
    expect(() => validateSpec({ name, callers, emptyPolicies, descriptionBytes, wire }, isNamespace)).toThrow(
      'empty target',
    );
  });
});

describe('laws', () => {
  it('of two writes with the same version exactly one wins, and no version comes back', () => {
    const writer = fc.record({ endpoint: fc.nat(2), remembered: fc.nat(5), wait: fc.nat(400), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(writer, { maxLength: 40 }), (writers) => {
        const { account, pass } = rehearse();
        for (const name of ['e0', 'e1', 'e2']) createEndpoint(account, spec(name));
        const ids = listEndpoints(account).map(({ id }) => id);
        const seen = new Map(ids.map((id) => [id, [account.endpoints.get(id)!.resourceVersion]]));
        const won = new Set<string>();
        writers.forEach(({ endpoint, remembered, wait, remove }, n) => {
          pass(wait);
          const id = ids[endpoint]!;
          const versions = seen.get(id)!;
          const resourceVersion = versions[Math.max(0, versions.length - 1 - remembered)]!;
          const write = { id, resourceVersion };
          const wins = attempt(() =>
            remove && n % 7 === 0
              ? deleteEndpoint(account, write)
              : updateEndpoint(account, write, spec(`e${String(endpoint)}`, [], `wire ${String(n)}`)),
          );
          if (!wins) return;
          expect(won.has(id + resourceVersion)).toBe(false);
          won.add(id + resourceVersion);
          const now = account.endpoints.get(id)!.resourceVersion;
          expect(versions.every((earlier) => earlier < now)).toBe(true);
          versions.push(now);
        });
      }),
    );
  });

  it('the same operation id does the same request once, and refuses another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(1000), (times, wait) => {
        const { account, pass } = rehearse();
        const first = createEndpoint(account, spec('api'), 'mine');
        for (let n = 0; n < times; n += 1) {
          pass(wait);
          expect(createEndpoint(account, spec('api'), 'mine')).toBe(first);
        }
        expect(listEndpoints(account)).toHaveLength(1);
        expect(() => createEndpoint(account, spec('other'), 'mine')).toThrow(/another request/);
      }),
    );
  });
});

function attempt(write: () => unknown): boolean {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}
