import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { tried } from '../audit/audited.ts';
import { withFiles } from '../history.ts';
import {
  startRecordedKms,
  startTransit,
  transitToken,
  type RecordedKey,
  type Service,
  type TransitKey,
} from '../keys/key-services.ts';

interface PayloadJson {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Payloads written by other people's code, with where they come from. */
interface Vector {
  readonly family: string;
  readonly source: string;
  readonly payload: PayloadJson;
  readonly preset?: string;
  /** Key id → key as text. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly keyFormat?: string;
  /** The text of a keyring, with what KMS answers to it. */
  readonly keyring?: string;
  readonly kms?: readonly RecordedKey[];
  readonly vault?: TransitKey;
  readonly value?: string;
  /** Instead of a long value: the SHA-256 of it. */
  readonly sha256?: string;
  readonly encoding: string;
  /** For values that are no JSON. */
  readonly base64?: string;
}

const folder = 'test/fixtures/payloads';
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Vector[])
  .map((vector, index) => ({ ...vector, name: `${vector.family} #${String(index)}: ${vector.source}` }));
const sealed = vectors.filter(({ preset, keys, keyring, vault }) => preset ?? keys ?? keyring ?? vault);

/** Family F names no key: when it is refused by all of several, the error is about them together. */
const refusal = ({ family, keyring = '' }: Vector) =>
  family === 'F' && keyring.split('kms = ').length > 2 ? 'DECRYPT_FAILED' : 'KMS_CIPHERTEXT_INVALID';

/** What `inspect` calls the families of the published list. */
const familyIds: Readonly<Record<string, string>> = {
  A: 'aes-gcm',
  B: 'java',
  C: 'aes-gcm',
  D: 'endpoint',
  E: 'envelope',
  F: 'jwt-kms',
  G: 'aws-encryption-sdk',
  H: 'aes-gcm',
  J: 'vault',
  K: 'fernet',
  R: 'aes-gcm',
  unmarked: 'unmarked',
};

let kms: Service;
let transit: Service;
beforeAll(async () => {
  kms = await startRecordedKms(vectors.flatMap((vector) => vector.kms ?? []));
  transit = await startTransit(vectors.flatMap(({ vault }) => vault ?? []));
  // The AWS SDK reads the variables of this process.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: kms.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
});
afterAll(() => Promise.all([kms.close(), transit.close()]));

/** Runs `payload decode` with the keys of a vector, or without any. */
function decode(vector: Vector, argv: readonly string[], stdin: string, withKeys = true): ReturnType<typeof runMain> {
  const flags: string[] = [];
  const env: Record<string, string> = {};
  if (vector.preset !== undefined) flags.push('--preset', vector.preset);
  if (vector.keyFormat !== undefined) flags.push('--key-format', vector.keyFormat);
  Object.entries(vector.keys ?? {}).forEach(([id, key], index) => {
    env[`KEY_${String(index)}`] = key;
    flags.push('--key', `${id}=env:KEY_${String(index)}`);
  });
  const keyring =
    vector.vault === undefined
      ? vector.keyring
      : `[keys.temporal]\nvault = "${transit.url}/transit/keys/${vector.vault.name}"\ntoken = "env:VAULT_TOKEN"\n`;
  if (vector.vault !== undefined) env['VAULT_TOKEN'] = transitToken;
  if (!withKeys) return runMain(['payload', 'decode', ...argv], { stdin });
  if (keyring === undefined) return runMain(['payload', 'decode', ...argv, ...flags], { stdin, env });
  return withFiles({ 'keyring.toml': keyring }, (path) =>
    runMain(['payload', 'decode', ...argv, '--keyring', `${path}/keyring.toml`, '--allow-plaintext-key', '127.0.0.1'], {
      stdin,
      env,
    }),
  );
}

interface Decoded {
  readonly status: string;
  readonly value?: unknown;
  readonly base64?: string;
  readonly layers: readonly object[];
  readonly error?: { readonly code: string; readonly message: string };
}

async function entries(vector: Vector, payloads: readonly PayloadJson[], withKeys = true): Promise<readonly Decoded[]> {
  const lines = payloads.map((payload) => JSON.stringify(payload)).join('\n');
  const { stdout } = await decode(vector, ['-o', 'jsonl'], lines, withKeys);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Decoded);
}

describe('what others wrote', () => {
  it.each(vectors)('$name opens', async (vector) => {
    const { stdout, exitCode } = await decode(vector, ['-o', 'json'], JSON.stringify(vector.payload));
    const [entry] = (JSON.parse(stdout) as { payloads: Decoded[] }).payloads;
    expect(entry).toMatchObject({ status: 'decoded' });
    expect(entry).not.toHaveProperty('error');
    expect(exitCode).toBe(0);
    expect(entry?.layers.at(-1)).toEqual({ encoding: vector.encoding });
    if (vector.value !== undefined) expect(entry?.value).toEqual(JSON.parse(vector.value));
    if (vector.base64 !== undefined) expect(entry?.base64).toBe(vector.base64);
  });

  it.each(vectors)('$name: the value comes out as it was written', async (vector) => {
    const { stdout } = await decode(vector, [], JSON.stringify(vector.payload));
    if (vector.value !== undefined) expect(stdout).toBe(`${vector.value}\n`);
    else if (vector.base64 !== undefined) expect(stdout).toBe(Buffer.from(vector.base64, 'base64').toString());
    else expect(createHash('sha256').update(stdout.slice(0, -1)).digest('hex')).toBe(vector.sha256);
  });

  it.each(sealed)('$name is recognised without keys', async (vector) => {
    const { stdout, exitCode } = await runMain(['payload', 'inspect', '-o', 'json'], {
      stdin: JSON.stringify(vector.payload),
    });
    const [first] = (JSON.parse(stdout) as { payloads: { sealed: boolean; layers: { family?: string }[] }[] }).payloads;
    expect(first?.sealed).toBe(true);
    expect(first?.layers.map(({ family }) => family)).toEqual([familyIds[vector.family]]);
    expect(exitCode).toBe(0);
  });

  it.each(sealed)('$name stays closed without its keys, and says so', async (vector) => {
    const [entry] = await entries(vector, [vector.payload], false);
    expect(entry).toMatchObject({ status: 'failed', error: { code: 'KEY_NOT_FOUND' } });
  });
});

/** One vector of each family and of each way to wrap its keys. */
const samples = [...new Map(sealed.map((vector) => [`${vector.family} ${vector.keyring ?? ''}`, vector])).values()];

describe('what was changed on the way', () => {
  it.each(samples)('$name: no flipped bit opens', async (vector) => {
    const data = Buffer.from(vector.payload.data, 'base64');
    // A message of the AWS Encryption SDK takes milliseconds and a call of KMS: one bit of each byte then.
    const bits = vector.family === 'G' ? [(at: number) => at % 8] : [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => () => bit);
    const flipped = [...data.keys()].flatMap((at) =>
      bits.map((bit) => {
        const copy = Buffer.from(data);
        copy[at]! ^= 1 << bit(at);
        return { ...vector.payload, data: copy.toString('base64') };
      }),
    );
    const opened = await entries(vector, flipped);
    expect(opened).toHaveLength(flipped.length);
    for (const entry of opened) {
      expect(entry.status).toBe('failed');
      expect(entry).not.toHaveProperty('value');
      expect(entry).not.toHaveProperty('base64');
    }
  });

  it.each(samples.filter(({ family }) => !'GJ'.includes(family)))(
    '$name: the error lists what it could be and what was tried',
    async (vector) => {
      const data = Buffer.from(vector.payload.data, 'base64');
      // Inside the ciphertext of every family, and a letter of base64 for a letter of base64.
      data[data.length - 20] = data[data.length - 20] === 0x41 ? 0x42 : 0x41;
      const [entry] = await entries(vector, [{ ...vector.payload, data: data.toString('base64') }]);
      expect(entry?.error?.code).toBe('DECRYPT_FAILED');
      expect(entry?.error?.message).toMatch(/does not open with '[^']+'.*wrong key.*wrong context.*tampering/);
    },
  );

  it.each(samples.filter(({ keyring }) => keyring !== undefined))(
    '$name: a data key that KMS did not wrap, or not so, is an error of KMS',
    async (vector) => {
      const other = `${vector.keyring ?? ''}context = { other = "context" }\n`;
      const [entry] = await entries({ ...vector, keyring: other.replace(/context = \{ app.*\n/, '') }, [
        vector.payload,
      ]);
      // The context of an Encryption SDK message stands in the message: the keyring's is not asked.
      if (vector.family === 'G') expect(entry?.status).toBe('decoded');
      else expect(entry).toMatchObject({ status: 'failed', error: { code: refusal(vector) } });
    },
  );
});

describe('a payload that fits two families', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const noise = base64('x'.repeat(60));
  const table: readonly [string, Readonly<Record<string, string>>, string, string][] = [
    [
      'a wrapped key before everything',
      { 'encryption-dek': 'AA', data_key_encrypted: 'AA', endpoint: 'a' },
      noise,
      'envelope',
    ],
    ['KMS data key before an endpoint', { data_key_encrypted: 'AA', endpoint: 'a' }, noise, 'jwt-kms'],
    ['an endpoint with a key id is no endpoint payload', { endpoint: 'a', 'encryption-key-id': 'k' }, noise, 'aes-gcm'],
    ['an endpoint before a cipher', { endpoint: 'a', 'encryption-cipher': 'AES' }, noise, 'endpoint'],
    [
      'a cipher before a Fernet token',
      { 'encryption-cipher': 'AES', 'encryption-key-id': 'k' },
      base64('gAAAAABk'),
      'java',
    ],
    ['a Fernet token before a key id', { 'encryption-key-id': 'k' }, base64('gAAAAABk'), 'fernet'],
    ['Vault before a key id', { 'encryption-key-id': 'k' }, base64('vault:v1:AAAA'), 'vault'],
    ['Tink before a key id', { 'encryption-context-namespace': 'n', 'encryption-key-id': 'k' }, noise, 'unsupported'],
    ['an empty key id is one', { 'encryption-key-id': '' }, noise, 'aes-gcm'],
    ['a tenant makes it H, opened by A', { 'encryption-key-id': 'k', tenant: 't' }, noise, 'aes-gcm'],
    ['nothing at all', {}, noise, 'unmarked'],
  ];
  it.each(table)('%s', async (_name, metadata, data, family) => {
    const encoded = Object.entries({ encoding: 'binary/encrypted', ...metadata });
    for (const order of [encoded, [...encoded].reverse()]) {
      const payload = { metadata: Object.fromEntries(order.map(([key, value]) => [key, base64(value)])), data };
      const { stdout } = await runMain(['payload', 'inspect', '-o', 'json'], { stdin: JSON.stringify(payload) });
      const { payloads } = JSON.parse(stdout) as { payloads: { layers: { family: string }[] }[] };
      expect(payloads[0]?.layers[0]?.family).toBe(family);
    }
  });
});

describe('an audit that tries the keys on a data key which names no KMS key', () => {
  const other = '[keys.other]\nkms = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"\n';
  const jwt = vectors.find(({ family, kms: recorded }) => family === 'F' && recorded !== undefined);

  it('asks each, and says which one it was', async () => {
    const { audit } = await tried(jwt?.keyring ?? '', jwt?.payload, {}, '--needs', 'other', '--needs', 'orders');
    expect(audit.rows).toMatchObject([{ families: ['jwt-kms'], keys: ['orders'] }]);
    expect(audit.findings).toMatchObject([{ code: 'NEEDS_KEY', key: 'orders', certain: true }]);
  });

  it.each([
    ['no key opens it', other, /^none of the keys/],
    ['there is none', '', /^the keys could not be tried: KEY_NOT_FOUND: /],
    ['one could not be asked', `${other}[keys.lost]\nkms = "alias/lost"\n`, /^the keys could not be tried: /],
  ])('says that %s', async (_what, keyring, message) => {
    const { audit } = await tried(keyring, jwt?.payload, {}, '--needs', 'other');
    expect(audit.findings[0]).toMatchObject({ code: 'UNOPENED', message: expect.stringMatching(message) as string });
    expect(audit.findings.slice(1)).toMatchObject([{ code: 'NEEDS_KEY', key: 'other', certain: false }]);
  });
});
