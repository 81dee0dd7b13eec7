import { describe, expect, it } from 'vitest';
import { runMain } from '../helpers/context.ts';
import { audit } from './audited.ts';
import { history, jsonPayload, keyring, scheduled, withFiles } from './history.ts';

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
