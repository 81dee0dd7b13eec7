import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { audit } from './audited.ts';
import { history, jsonPayload, keyring, scheduled, withFiles } from '../history.ts';

const MiB = 1024 * 1024;

async function encrypted(document: unknown, ...argv: string[]): Promise<unknown> {
  return withFiles(keyring, async (folder) => {
    const { stdout } = await runMain(['payload', 'encrypt', '--keyring', `${folder}/keyring.toml`, ...argv], {
      stdin: JSON.stringify(document),
    });
    return JSON.parse(stdout) as unknown;
  });
}

/** A history with an input of `bytes` bytes for an endpoint. */
function sized(endpoint: string, bytes: number): unknown {
  return history([scheduled('5', endpoint, jsonPayload(`"${'x'.repeat(bytes - 2)}"`))]);
}

describe('sizes in an audit', () => {
  it.each([
    ['pay', 2],
    ['pay', 100],
    ['pay', 16_300],
    ['pay', 16_384],
    ['pay', 2 * MiB - 60],
    ['billing', 2],
    ['billing', 2 * MiB - 90],
    ['billing', 2 * MiB],
  ])('of plaintext are what encryption makes of it: %s, %i bytes', async (endpoint, bytes) => {
    const before = (await audit(sized(endpoint, bytes))).audit.rows;
    const after = (await audit(await encrypted(sized(endpoint, bytes)))).audit.rows;
    expect(before.map(({ largest }) => largest)).toEqual(after.map(({ largest }) => largest));
  });

  it.each([
    [512 * 1024, 'SIZE_WARNING'],
    [2 * MiB, 'SIZE_ERROR'],
  ])('are told above %i bytes and not at it', async (limit, code) => {
    const start = limit - 1000;
    const [row] = (await audit(sized('pay', start))).audit.rows;
    const at = start + limit - Number(row?.['largest']);
    const codes = async (bytes: number) => (await audit(sized('pay', bytes))).audit.findings.map((found) => found.code);
    expect(await codes(at)).not.toContain(code);
    expect(await codes(at + 1)).toContain(code);
  });
});

describe('the size once encrypted', () => {
  const secret = (id: string): string => `[keys."${id}"]\nsecret = "env:KEY"\n`;
  const inline = `base64key://${Buffer.alloc(32, 7).toString('base64url')}`;
  const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
  const ways: readonly [what: string, keyring: string, ...argv: string[]][] = [
    ['a key', secret('k')],
    [
      'a key of a namespace',
      `${secret('k')}${secret('longer-name')}[namespaces]\n"n.a" = ["longer-name"]\n`,
      '-n',
      'n.a',
    ],
    ["an extension's key", secret('extension://server/é')],
    ["an extension's key, in a namespace", secret('extension://server/name'), '-n', 'orders.a1b2c'],
    ['a key that is its own id', secret(inline)],
    ['preset java', '', '--preset', 'java'],
    ['preset orders', '', '--preset', 'orders'],
    ['preset go', '', '--preset', 'go'],
    ['preset python', '', '--preset', 'python'],
    ['preset endpoint', '', '--preset', 'endpoint'],
  ];
  it.each(ways)('is that of what encryption makes, to the byte: %s', async (_what, keys, ...argv) => {
    await withFiles({ 'k.toml': keys }, async (folder) => {
      const run = (verb: string, document: unknown, ...more: string[]) =>
        runMain(['payload', verb, '--keyring', `${folder}/k.toml`, ...argv, ...more], {
          stdin: JSON.stringify(document),
          env: { KEY: '0123456789abcdef0123456789ABCDEF' },
        });
      const largest = async (document: unknown) => {
        const { rows } = JSON.parse((await run('audit', document, '-o', 'json')).stdout) as {
          rows: { largest: number }[];
        };
        return rows.map((row) => row.largest);
      };
      const plain = sized('nexus-encryption-endpoint-a', 600 * 1024);
      const { stdout, stderr } = await run('encrypt', plain);
      expect(stderr).not.toMatch(/error/i);
      expect(await largest(plain)).toEqual(await largest(JSON.parse(stdout)));
      expect((await run('audit', plain)).stdout).toMatch(/input: \d+ bytes once encrypted: /);
    });
  });

  it.each([
    ['a KMS key', `[keys.k]\nkms = "${arn}"\n`, /input: \d+ bytes once encrypted: /],
    ['the key of a command', '[keys.k]\nexec = "wrap"\n', /input: about \d+ bytes once encrypted: /],
    ['no key at all', '', /input: about \d+ bytes once encrypted: /],
  ])('is told as an estimate where it is one: %s', async (_what, keys, expected) => {
    await withFiles({ 'k.toml': keys }, async (folder) => {
      const { stdout } = await runMain(['payload', 'audit', '--keyring', `${folder}/k.toml`, '--allow-exec'], {
        stdin: JSON.stringify(sized('pay', 600 * 1024)),
      });
      expect(stdout).toMatch(expected);
    });
  });

  it('of AWS KMS has what AWS wraps a data key to', async () => {
    // Ciphertexts of data keys of 32 bytes that AWS KMS made: under a key of one region (2024), and of several (2022).
    const wrapped = [
      'AQICAHiCvIqgTXzQ2oe26RUr4Aml9dfI/ipc8iysDVNaOdrQ2AEDLJnvLUWTUB2o+gP4VdJ7AAAAfjB8BgkqhkiG9w0BBwagbzBtAgEAMGgGCSqGSIb3DQEHATAeBglghkgBZQMEAS4wEQQMqFvk+2zi/80QdnYgAgEQgDs8LszoAgJmmNWoZLGJSchLZ7dIi2DV3xvJvVwT6lP+a38BP5H7eeTbGyayeSyuBPsKwu5nqP6HElBo2g==',
      'AQICAHii8VL6x9Jg3jIvFJMPPpLwfw9zeMnvSPCyRWIaS7Uq8gGM6FvQj+l57Q0t0q5PhDokAAAAfjB8BgkqhkiG9w0BBwagbzBtAgEAMGgGCSqGSIb3DQEHATAeBglghkgBZQMEAS4wEQQMtAsUM/VmebJjVqYIAgEQgDsIYNbFCFHWDKCTNJv4ti1KxiXI2lvOTr1+Shfbd14QBk0mVHsJ7o1ZNJqsKk71ZP+I+jcYwV6ZvwklBQ==',
    ];
    const largest = (document: unknown) =>
      withFiles({ 'k.toml': `[keys.k]\nkms = "${arn}"\n` }, async (folder) => {
        const argv = ['payload', 'audit', '-o', 'json', '--keyring', `${folder}/k.toml`];
        const { stdout } = await runMain(argv, { stdin: JSON.stringify(document) });
        return (JSON.parse(stdout) as { rows: { largest: number }[] }).rows.map((row) => row.largest);
      });
    const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
    const plain = jsonPayload('"hello"');
    const wire = 2 + (2 + 'encoding'.length) + (2 + 'json/plain'.length) + (2 + '"hello"'.length);
    for (const dataKey of wrapped) {
      const metadata = {
        encoding: 'binary/encrypted',
        'encryption-key-id': `awskms:///${arn}`,
        'encryption-dek': dataKey,
      };
      const sealed = {
        metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, base64(value)])),
        data: base64(Buffer.alloc(12 + wire + 16)),
      };
      expect(await largest(plain)).toEqual(await largest(sealed));
    }
  });
});

describe('a list of payloads', () => {
  const list = (...bytes: readonly number[]) => {
    const payloads = bytes.map((count) => jsonPayload(`"${'x'.repeat(count - 2)}"`));
    const attributes = { signalName: 'go', input: { payloads } };
    return { events: [{ eventId: '1', workflowExecutionSignaledEventAttributes: attributes }] };
  };
  const told = async (document: unknown) =>
    (await audit(document)).audit.findings
      .filter(({ code }) => code.startsWith('SIZE'))
      .map(({ code, path, message }) => [code, path, /^\d+ payloads/.exec(message)?.[0]]);
  const at = '$.events[0].workflowExecutionSignaledEventAttributes.input.payloads';

  it.each([
    ['small together', list(100_000, 100_000), []],
    ['large only together', list(300_000, 300_000), [['SIZE_WARNING', at, '2 payloads']]],
    ['too large only together', list(500_000, 500_000, 500_000, 500_000, 500_000), [['SIZE_ERROR', at, '5 payloads']]],
    ['one of them large, and no worse together', list(600_000, 100), [['SIZE_WARNING', `${at}[0]`, undefined]]],
    [
      'one of them large, and too large together',
      list(1_500_000, 500_000, 200_000),
      [
        ['SIZE_WARNING', `${at}[0]`, undefined],
        ['SIZE_ERROR', at, '3 payloads'],
      ],
    ],
  ])('is bounded as a whole: %s', async (_what, document, expected) => {
    expect(await told(document)).toEqual(expected);
  });

  it('is not made of the lines of a file', async () => {
    const lines = Array.from({ length: 3 }, () => JSON.stringify(jsonPayload(`"${'x'.repeat(400_000)}"`))).join('\n');
    expect(await told(Buffer.from(lines))).toEqual([]);
  });
});

describe('a damaged document', () => {
  it('among several is an error of its own, and the others are looked at', async () => {
    const whole = JSON.stringify(sized('pay', 10));
    await withFiles({ 'bad.json': whole.slice(0, -20), 'good.json': whole }, async (folder) => {
      const { stdout, exitCode } = await runMain(
        ['payload', 'audit', '-o', 'json', '--needs', 'k', 'bad.json', 'good.json'],
        { cwd: folder },
      );
      expect(JSON.parse(stdout)).toMatchObject({ findings: [{ code: 'MALFORMED', path: 'bad.json:$' }] });
      expect(exitCode).toBe(1);
      const text = await runMain(['payload', 'audit', '--needs', 'k', 'bad.json', 'good.json'], { cwd: folder });
      expect(text.stdout).toMatch(/^nothing that can be read here needs the key 'k'/m);
    });
  });

  it('that is nothing at all is named', async () => {
    await withFiles({ 'bad.txt': 'hello there', 'good.json': '{"payloads":[]}' }, async (folder) => {
      const { stderr, exitCode } = await runMain(['payload', 'audit', 'good.json', 'bad.txt'], { cwd: folder });
      expect(stderr).toMatch(/bad\.txt: the input is/);
      expect(exitCode).toBe(3);
    });
  });
});
