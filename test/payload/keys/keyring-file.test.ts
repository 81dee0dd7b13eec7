import { describe, expect, it } from 'vitest';
import type { NexusctlError } from '../../../src/errors/nexusctl-error.ts';
import { readKeyring } from '../../../src/payload/keys/keyring-file.ts';
import type { Keyring } from '../../../src/payload/keys/keyring.ts';
import { parseToml } from '../../../src/profile/toml.ts';

async function keyringOf(toml: string): Promise<Keyring> {
  const source = (reference: string) => ({ kind: 'reference', reference, base: '/' }) as const;
  return readKeyring(await parseToml(toml, 'keys.toml'), { path: 'keys.toml', source });
}

const refused = (toml: string): Promise<NexusctlError> =>
  keyringOf(toml).then(
    () => expect.fail('it was taken'),
    (error: unknown) => error as NexusctlError,
  );

const arn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('a setting that would do nothing', () => {
  it.each([
    ['secret = "a.key"', 'context = { app = "orders" }', 'context: it goes with kms'],
    ['secret = "a.key"', 'region = "eu-west-1"', 'region: it goes with kms'],
    ['secret = "a.key"', 'token = "t"', 'token: it goes with vault'],
    ['exec = "wrap"', 'context = { app = "orders" }', 'context: it goes with kms'],
    ['exec = "wrap"', 'format = "hex"', 'format: it goes with secret'],
    [`kms = "${arn}"`, 'format = "hex"', 'format: it goes with secret'],
    [`vault = "https://v/transit/keys/k"\ntoken = "t"`, 'context = {}', 'context: it goes with kms'],
  ])('%s with %s', async (key, setting, words) => {
    const { code, message } = await refused(`[keys.a]\n${key}\n${setting}\n`);
    expect(code).toBe('KEYRING_INVALID');
    expect(message).toContain(`keyring.keys.a.${words}`);
  });
});

describe('a KMS key', () => {
  it.each([
    [arn, 'eu-west-1'],
    ['arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/orders', 'us-gov-west-1'],
    ['arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab', 'eu-west-1'],
    [`awskms:///${arn}?region=eu-west-1&context_app=orders`, 'eu-west-1'],
    ['alias/orders/2026', undefined],
    ['1234abcd-12ab-34cd-56ef-1234567890ab', undefined],
  ])('may be %s', async (kms, region) => {
    const { keys } = await keyringOf(`[keys.a]\nkms = "${kms}"\n`);
    expect(keys.get('a')).toMatchObject({ kind: 'kms', ...(region === undefined ? {} : { region }) });
  });

  it.each([
    [''],
    ['arn:aws:s3:::bucket'],
    ['arn:aws:kms:eu-west-1:111122223333:orders'],
    ['gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k'],
    ['https://vault.example/transit/keys/orders'],
    ['alias/'],
  ])('is not %j', async (kms) => {
    const { code, message } = await refused(`[keys.a]\nkms = "${kms}"\n`);
    expect(code).toBe('KEYRING_INVALID');
    expect(message).toContain('keyring.keys.a.kms: a key ARN');
  });

  it.each([[`kms = "${arn}"\nregion = "us-east-1"`], [`kms = "awskms:///${arn}?region=us-east-1"`]])(
    'is not asked in another region than the one of its ARN: %s',
    async (text) => {
      expect((await refused(`[keys.a]\n${text}\n`)).message).toContain('region eu-west-1, not of us-east-1');
    },
  );
});
