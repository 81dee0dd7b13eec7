import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { beforeAll, describe, expect, it } from 'vitest';
import { createUser, startFaults, startMinistack, startMoto, type Aws } from '../helpers/aws.ts';
import { neighbour } from '../helpers/neighbour.ts';
import { runBuilt, type Run } from '../helpers/run.ts';
import { withFiles } from '../payload/history.ts';

interface Keys {
  readonly main: string;
  readonly disabled: string;
  readonly leaving: string;
  readonly other: string;
}

/** @param states with keys that are disabled and that leave: not every emulator has that */
async function makeKeys({ url, env }: Aws, states: boolean): Promise<Keys> {
  const kms = new KMSClient({
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
  });
  const make = async (): Promise<string> => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  const keys = { main: await make(), disabled: await make(), leaving: await make(), other: await make() };
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/main', TargetKeyId: keys.main }));
  if (!states) return keys;
  await kms.send(new DisableKeyCommand({ KeyId: keys.disabled }));
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId: keys.leaving, PendingWindowInDays: 7 }));
  return keys;
}

const keyring = (kms: string, context = '{ app = "orders" }') =>
  `active = "main"\n[keys.main]\nkms = "${kms}"\ncontext = ${context}\n`;

function run(aws: Pick<Aws, 'env'>, toml: string, argv: readonly string[], stdin = ''): Promise<Run> {
  return withFiles({ 'keyring.toml': toml }, (folder) =>
    runBuilt([...argv, '--keyring', `${folder}/keyring.toml`], {
      env: { ...aws.env, HOME: folder },
      stdin,
      timeoutMs: 60_000,
    }),
  );
}

interface Step {
  readonly operation: string;
  readonly permission: string;
  readonly status: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

async function check(aws: Pick<Aws, 'env'>, kms: string): Promise<{ exitCode: number | null; failed?: Step }> {
  const { stdout, exitCode } = await run(aws, keyring(kms), ['kms', 'check', '-o', 'json']);
  const { items } = JSON.parse(stdout) as { items: { steps: Step[] }[] };
  const failed = items[0]?.steps.find(({ status }) => status === 'fail');
  return { exitCode, ...(failed === undefined ? {} : { failed }) };
}

// None of the emulators is true in everything: key states, signatures and IAM are ministack's, authenticated encryption
// of the wrapped keys is moto's, and what neither knows comes from the proxy before it.
describe.runIf(neighbour('ministack') !== null)('a KMS with key states, signatures and IAM (ministack)', () => {
  let aws: Aws;
  let keys: Keys;
  beforeAll(async () => {
    aws = await startMinistack();
    keys = await makeKeys(aws, true);
  });

  it('carries payloads both ways, by ARN and by alias', async () => {
    for (const kms of [keys.main, 'alias/main']) {
      const sealed = await run(aws, keyring(kms), ['payload', 'encrypt'], '"x"');
      expect(sealed.stderr).toBe('');
      expect((await run(aws, keyring(kms), ['payload', 'decode'], sealed.stdout)).stdout).toBe('"x"\n');
      expect(await check(aws, kms)).toEqual({ exitCode: 0 });
    }
  });

  it('has its own error for each state of a key', async () => {
    const table: readonly [kms: string, code: string, exit: number, words: RegExp][] = [
      [keys.disabled, 'KMS_KEY_DISABLED', 3, /is disabled/],
      [keys.leaving, 'KMS_KEY_DISABLED', 3, /pending deletion/],
      [keys.main.replace(/key\/.*/, 'key/00000000-0000-0000-0000-000000000000'), 'KMS_KEY_NOT_FOUND', 7, /no such key/],
      [keys.main.replace('eu-west-1', 'us-east-1'), 'KMS_KEY_NOT_FOUND', 7, /no such key/],
      ['alias/none', 'KMS_KEY_NOT_FOUND', 7, /no such key/],
    ];
    const results = await Promise.all(table.map(([kms]) => check(aws, kms)));
    table.forEach(([kms, code, exit, words], index) => {
      expect(results[index], kms).toMatchObject({ exitCode: exit, failed: { operation: 'wrap', error: { code } } });
      expect(results[index]?.failed?.error?.message).toMatch(words);
    });
  });

  it('names the permission that is missing', async () => {
    const may = (...Action: string[]) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
    });
    const table: readonly [policy: object | undefined, missing: string | undefined][] = [
      [undefined, 'kms:Encrypt'],
      [may('kms:Encrypt'), 'kms:Decrypt'],
      [may('kms:Decrypt'), 'kms:Encrypt'],
      [may('kms:Encrypt', 'kms:Decrypt'), undefined],
    ];
    for (const [policy, missing] of table) {
      const user = await createUser(aws, policy);
      const { exitCode, failed } = await check({ env: { ...aws.env, ...user } }, keys.main);
      expect(failed?.permission).toBe(missing);
      expect(exitCode).toBe(missing === undefined ? 0 : 4);
      if (failed !== undefined) {
        expect(failed.error?.code).toBe('KMS_ACCESS_DENIED');
        expect(failed.error?.hint).toContain(`allow ${missing ?? ''}`);
      }
    }
  });

  it('asks a key that only decrypts for nothing but that', async () => {
    const may = (Action: string) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
    });
    const toml = keyring(keys.main).replace('active = "main"\n', '') + 'decrypt_only = true\n';
    for (const [action, exit] of [
      ['kms:Decrypt', 0],
      ['kms:Encrypt', 4],
    ] as const) {
      const user = await createUser(aws, may(action));
      const { stdout, exitCode } = await run({ env: { ...aws.env, ...user } }, toml, ['kms', 'check', '-o', 'json']);
      expect(exitCode, stdout).toBe(exit);
      const { items } = JSON.parse(stdout) as { items: { steps: Step[] }[] };
      expect(items[0]?.steps.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
        'wrap skip',
        exit === 0 ? 'unwrap pass' : 'unwrap fail',
      ]);
    }
  });

  it('tells credentials that are wrong from those that are missing', async () => {
    const wrong = { env: { ...aws.env, AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN0451' } };
    expect((await check(wrong, keys.main)).failed?.error?.code).toBe('UNAUTHENTICATED');
    const none = { env: { ...aws.env, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } };
    expect((await check(none, keys.main)).failed?.error?.code).toBe('KMS_NO_CREDENTIALS');
  });
});

describe.runIf(neighbour('moto_server') !== null)('a KMS with authenticated encryption (moto)', () => {
  let aws: Aws;
  let keys: Keys;
  let sealed = '';
  beforeAll(async () => {
    aws = await startMoto();
    keys = await makeKeys(aws, false);
    sealed = (await run(aws, keyring(keys.main), ['payload', 'encrypt'], '"x"')).stdout;
  });

  const decoded = async (toml: string, payload: string) => {
    const { stdout, exitCode } = await run(aws, toml, ['payload', 'decode', '-o', 'json'], payload);
    const { payloads } = JSON.parse(stdout) as {
      payloads: readonly { status: string; error?: { code: string; message: string } }[];
    };
    return { exitCode, ...payloads[0] };
  };

  it('opens with the same context in any order, and with no other', async () => {
    const two = keyring(keys.main, '{ app = "orders", stage = "prod" }');
    const other = keyring(keys.main, '{ stage = "prod", app = "orders" }');
    const made = (await run(aws, two, ['payload', 'encrypt'], '"x"')).stdout;
    expect(await decoded(other, made)).toMatchObject({ exitCode: 0, status: 'decoded' });
    for (const context of ['{ app = "Orders", stage = "prod" }', '{ app = "orders" }', '{}'])
      expect(await decoded(keyring(keys.main, context), made)).toMatchObject({
        exitCode: 1,
        error: { code: 'KMS_CIPHERTEXT_INVALID' },
      });
  });

  it('does not open a data key that was changed', async () => {
    const payload = JSON.parse(sealed) as { metadata: Record<string, string> };
    const text = Buffer.from(payload.metadata['encryption-dek'] ?? '', 'base64').toString();
    const blob = Buffer.from(text, 'base64');
    blob[blob.length - 1]! ^= 1;
    const changed = Buffer.from(blob.toString('base64')).toString('base64');
    const metadata = { ...payload.metadata, 'encryption-dek': changed };
    const result = await decoded(keyring(keys.main), JSON.stringify({ ...payload, metadata }));
    expect(result).toMatchObject({ exitCode: 1, status: 'failed', error: { code: 'KMS_CIPHERTEXT_INVALID' } });
  });

  it('asks only the key of the keyring, whatever the payload names', async () => {
    const elsewhere = `active = "other"\n[keys.other]\nkms = "${keys.other}"\ncontext = { app = "orders" }\n`;
    expect(await decoded(elsewhere, sealed)).toMatchObject({ status: 'failed', error: { code: 'KEY_NOT_FOUND' } });
  });

  it('keeps both ways of a call apart: each side writes with its own key and reads the other', async () => {
    const side = (own: string, other: string) =>
      `active = "own"\n[keys.own]\nkms = "${own}"\n[keys.theirs]\nkms = "${other}"\ndecrypt_only = true\n`;
    const [caller, handler] = [side(keys.main, keys.other), side(keys.other, keys.main)];
    for (const [from, to] of [
      [caller, handler],
      [handler, caller],
    ] as const) {
      const there = await run(aws, from, ['payload', 'encrypt'], '"x"');
      expect((await run(aws, to, ['payload', 'decode'], there.stdout)).stdout).toBe('"x"\n');
    }
  });

  it('repeats what passes, and names what does not', { timeout: 120_000 }, async () => {
    const faults = await startFaults(aws);
    const inject = (code: string, times?: number) =>
      faults.rules([
        {
          service: 'kms',
          operation: 'Decrypt',
          ...(times === undefined ? {} : { times }),
          error: { code },
        },
      ]);
    const result = async () => {
      const { stdout } = await run(faults, keyring(keys.main), ['payload', 'decode', '-o', 'json'], sealed);
      return (JSON.parse(stdout) as { payloads: { status: string; error?: { code: string } }[] }).payloads[0];
    };
    await inject('ThrottlingException', 2);
    expect((await result())?.status).toBe('decoded');
    const table: readonly [name: string, code: string][] = [
      ['ThrottlingException', 'KMS_UNAVAILABLE'],
      ['InvalidGrantTokenException', 'KMS_ACCESS_DENIED'],
    ];
    for (const [name, code] of table) {
      await inject(name);
      expect((await result())?.error?.code, name).toBe(code);
    }
  });
});
