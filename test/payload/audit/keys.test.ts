import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { audit } from './audited.ts';
import { base64, event, history, jsonPayload, scheduled, sealedWith, withFiles } from '../history.ts';

type Json = Readonly<Record<string, unknown>>;

const b = (metadata: Readonly<Record<string, string>>, data = 'x'.repeat(40)): Json => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, base64(value)])),
  data: base64(data),
});
const sealed = (metadata: Readonly<Record<string, string>>, data?: string): Json =>
  b({ encoding: 'binary/encrypted', ...metadata }, data);
const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const copy = (region: string): string => `arn:aws:kms:${region}:111122223333:key/mrk-0123456789abcdef0123456789abcdef`;

/** A payload that an older and a newer key of an endpoint wrote. */
async function forBilling(id: string): Promise<Json> {
  return withFiles(
    { 'k.toml': `[keys.${id}]\nsecret = "env:KEY"\n[endpoints]\nbilling = ["${id}"]\n` },
    async (folder) => {
      const { stdout } = await runMain(['payload', 'encrypt', '--keyring', `${folder}/k.toml`], {
        stdin: JSON.stringify(history([scheduled('5', 'billing', jsonPayload('1'))])),
        env: { KEY: '0'.repeat(63) + (id === 'billing-2026' ? '2' : '3') },
      });
      const { events } = JSON.parse(stdout) as {
        events: { nexusOperationScheduledEventAttributes: { input: Json } }[];
      };
      return events[0]?.nexusOperationScheduledEventAttributes.input ?? {};
    },
  );
}

describe('at an endpoint that has keys of its own', () => {
  const at = '$.events[0].nexusOperationScheduledEventAttributes.input';

  it.each([
    ["the namespace's key", () => sealedWith('orders-2026', '1'), "'orders-2026'"],
    ['a key that nobody has', () => Promise.resolve(sealed({ 'encryption-key-id': 'gone' })), "'gone'"],
    [
      'a KMS key',
      () => Promise.resolve(sealed({ 'encryption-key-id': `awskms:///${arn}`, 'encryption-dek': base64('x') })),
      `'awskms:///${arn}'`,
    ],
    ['the key of another endpoint', () => Promise.resolve(sealed({ endpoint: 'mail' })), "'mail'"],
  ])('tells a payload under %s', async (_what, make, named) => {
    const { audit: found, exitCode } = await audit(history([scheduled('5', 'billing', await make())]));
    const other = found.findings.filter(({ code }) => code === 'OTHER_KEY');
    expect(other).toMatchObject([{ path: at, endpoint: 'billing' }]);
    expect(other[0]?.message).toContain(named);
    expect(exitCode).toBe(0);
    expect((await audit(history([scheduled('5', 'billing', await make())]), '--strict')).exitCode).toBe(1);
  });

  it.each([
    ["the endpoint's key", () => forBilling('billing-2026')],
    ["the endpoint's key, not bound to it", () => sealedWith('billing-2027', '1')],
    ['a key without a name', () => Promise.resolve(sealed({}))],
  ])('says nothing of %s', async (_what, make) => {
    const { audit: found } = await audit(history([scheduled('5', 'billing', await make())]));
    expect(found.findings.map(({ code }) => code)).not.toContain('OTHER_KEY');
  });

  it('tells a payload that was moved to an endpoint without keys', async () => {
    const { audit: found } = await audit(history([scheduled('5', 'pay', await forBilling('billing-2027'))]));
    expect(found.findings.map(({ code }) => code)).toContain('OTHER_KEY');
  });

  it('asks nothing of what does not cross it', async () => {
    const attributes = { input: await forBilling('billing-2027'), endpoint: 'billing' };
    const document = history([
      {
        ...event('5', 'nexusOperationScheduledEventAttributes', attributes),
        userMetadata: { summary: await sealedWith('orders-2026', '"why"'), details: jsonPayload('"how"') },
      },
    ]);
    const { audit: found } = await audit(document);
    expect(found.findings).toEqual([]);
    expect(found.rows.map(({ endpoint, payloads }) => [endpoint, payloads])).toEqual(
      expect.arrayContaining([
        ['billing', 1],
        [undefined, 2],
      ]),
    );
  });
});

describe('the keys', () => {
  it('say that an endpoint is one, and with --try-keys which of its keys it was', async () => {
    const document = history([
      scheduled('5', 'billing', await forBilling('billing-2026')),
      scheduled('6', 'billing', await forBilling('billing-2027')),
    ]);
    const { audit: closed } = await audit(document);
    expect(closed.rows).toMatchObject([{ keys: ['endpoint billing'], families: ['endpoint'] }]);
    expect(closed.keys).toMatchObject([{ key: 'endpoint billing', payloads: 2 }]);
    const { audit: tried } = await audit(document, '--try-keys');
    expect(tried.rows).toMatchObject([
      { keys: ['endpoint billing (billing-2026)', 'endpoint billing (billing-2027)'] },
    ]);
    expect(tried.keys).toMatchObject([
      { key: 'billing-2026', payloads: 1 },
      { key: 'billing-2027', payloads: 1 },
    ]);
  });

  it('that open nothing are told with --try-keys', async () => {
    const { audit: found } = await audit(
      history([scheduled('5', 'billing', sealed({ endpoint: 'billing' }))]),
      '--try-keys',
    );
    expect(found.findings).toMatchObject([{ code: 'UNOPENED', endpoint: 'billing' }]);
  });

  it.each([
    ['an endpoint', { endpoint: 'gone' }],
    ['an id', { 'encryption-key-id': 'gone' }],
  ])('that the keyring does not have: %s', async (_what, metadata) => {
    const { audit: found } = await audit(history([scheduled('5', 'gone', sealed(metadata))]));
    expect(found.findings.map(({ code }) => code)).toEqual(['KEY_NOT_IN_KEYRING']);
  });

  it('of samples are there with their preset', async () => {
    const { audit: found } = await audit(sealed({ 'encryption-key-id': 'test-key-id' }), '--preset', 'typescript');
    expect(found.findings).toEqual([]);
  });
});

describe('--needs', () => {
  const document = (payload: Json): Json =>
    history([event('1', 'activityTaskCompletedEventAttributes', { result: { payloads: [payload] } })]);
  const reference = {
    ...b({ encoding: 'json/protobuf', messageType: 'temporal.api.sdk.v1.ExternalStorageReference' }, '{}'),
  };
  const cases: readonly [what: string, payload: () => Json | Promise<Json>, id: string, need: RegExp | null][] = [
    ['its key', () => sealedWith('orders-2026', '1'), 'orders-2026', /still needs/],
    ['another key', () => sealedWith('orders-2026', '1'), 'billing-2026', null],
    ["one of an endpoint's keys", () => forBilling('billing-2027'), 'billing-2026', /may need/],
    ['no key of the endpoint', () => forBilling('billing-2027'), 'orders-2026', null],
    ['an endpoint that the keyring does not have', () => sealed({ endpoint: 'gone' }), 'orders-2026', /may need/],
    ['no name at all', () => sealed({}), 'orders-2026', /may need/],
    ['no name at all, and a KMS key', () => sealed({}), 'kms', null],
    ['a Fernet token', () => sealed({}, `gAAAA${'x'.repeat(100)}`), 'orders-2026', /may need/],
    ['a wrapped data key', () => sealed({ data_key_encrypted: base64('x') }), 'kms', /may need/],
    ['a wrapped data key, and a secret', () => sealed({ data_key_encrypted: base64('x') }), 'orders-2026', null],
    [
      'a KMS key by its ARN',
      () => sealed({ 'encryption-key-id': `awskms:///${arn}?region=eu-west-1`, 'encryption-dek': base64('x') }),
      arn,
      /still needs/,
    ],
    [
      'a KMS key by its name',
      () => sealed({ 'encryption-key-id': `awskms:///${arn}`, 'encryption-dek': base64('x') }),
      'kms',
      /still needs/,
    ],
    [
      'the copy of a KMS key in another region',
      () => sealed({ 'encryption-key-id': `awskms:///${copy('us-east-1')}`, 'encryption-dek': base64('x') }),
      copy('eu-west-1'),
      /still needs/,
    ],
    ['what is stored elsewhere', () => reference, 'orders-2026', /may need/],
    ['what is not encrypted', () => jsonPayload('1'), 'orders-2026', null],
  ];
  it.each(cases)('%s', async (_what, payload, id, need) => {
    const { exitCode, audit: found } = await audit(document(await payload()), '--needs', id);
    const needing = found.findings.filter(({ code }) => code === 'NEEDS_KEY');
    expect(exitCode).toBe(need === null ? 0 : 1);
    expect(needing).toHaveLength(need === null ? 0 : 1);
    if (need !== null)
      expect(needing[0]).toMatchObject({
        key: id,
        message: expect.stringMatching(need) as string,
        certain: need.source.startsWith('still'),
      });
  });

  it('is sure of an endpoint with --try-keys', async () => {
    const billing = document(await forBilling('billing-2027'));
    expect((await audit(billing, '--try-keys', '--needs', 'billing-2026')).exitCode).toBe(0);
    expect((await audit(billing, '--try-keys', '--needs', 'billing-2027')).exitCode).toBe(1);
  });

  it('asks whether a key that nothing knows is spelled so', async () => {
    const { audit: found, exitCode } = await audit(document(jsonPayload('1')), '--needs', 'ordrs-2026');
    expect(found.warnings.join('\n')).toMatch(/'ordrs-2026'.*orders-2026/);
    expect(exitCode).toBe(0);
  });

  it('asks it of each of several keys, whatever is known of the others', async () => {
    const needed = document(await sealedWith('orders-2026', '1'));
    const { audit: found } = await audit(needed, '--needs', 'orders-2026', '--needs', 'ordrs-2026');
    expect(found.warnings).toHaveLength(1);
    expect(found.warnings[0]).toMatch(/'ordrs-2026'/);
  });

  it('never prints a key that is its own id', async () => {
    const id = 'k'.repeat(32);
    const java = sealed({ 'encryption-cipher': 'AES/GCM/NoPadding', 'encryption-key-id': id });
    const { exitCode, stdout } = await audit(document(java), '--needs', id);
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain(id);
    expect(stdout).toMatch(/still needs the key '#[0-9a-f]{8}'/);
  });
});
