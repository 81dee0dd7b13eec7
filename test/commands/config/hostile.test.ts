import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { makeFolder } from '../../helpers/folder.ts';

/** Files that nobody would write, and that somebody has: every command ends with a result or one error, and breaks nothing. */
const files: Readonly<Record<string, string | Uint8Array>> = {
  'profile is a number': 'profile = 3\n',
  'profile is a list': 'profile = []\n',
  'a list of profiles': '[[profile]]\naddress = "a:1"\n',
  'a profile is a text': '[profile]\ndefault = "x"\n',
  'inline tables': 'profile = { default = { address = "a:1" } }\n',
  'an inline tls': '[profile.default]\ntls = { server_name = "x" }\n',
  'dotted keys': 'profile.default.address = "a:1"\n',
  'a dotted tls': '[profile.default]\ntls.server_name = "x"\n',
  'quoted names': '["profile"."default"]\n"address" = "a:1"\n',
  'an escaped name': '[profile."de\\u0066ault"]\naddress = "a:1"\n',
  CRLF: '[profile.default]\r\naddress = "a:1"\r\n',
  'a byte order mark': '\ufeff[profile.default]\naddress = "a:1"\n',
  'no newline at the end': '[profile.default]\naddress = "a:1"',
  'a table in a text': '[profile.default]\nx = """\n[profile.default]\naddress = "evil"\n"""\naddress = "a:1"\n',
  'a text of many lines': '[profile.default]\naddress = """\\\n  a:1"""\nnamespace = "n"\n',
  'a number for an address': '[profile.default]\naddress = 7233\n',
  'a day for an address': '[profile.default]\naddress = 2024-01-01\n',
  'a list for an address': '[profile.default]\naddress = ["a:1"]\n',
  'a table for an address': '[profile.default.address]\nx = 1\n',
  'a text for tls': '[profile.default]\ntls = "yes"\n',
  'a list for metadata': '[profile.default]\ngrpc_meta = [1]\n',
  'names of JavaScript': '[profile.__proto__]\naddress = "a:1"\n[profile.constructor]\naddress = "b:1"\n',
  'keys of JavaScript': '[profile.default]\n__proto__ = 1\n',
  'a key twice': '[profile.default]\naddress = "a"\naddress = "b"\n',
  'a table twice': '[profile.default]\n[profile.default]\n',
  JSON: '{"profile":{}}',
  nothing: '',
  'a zero byte': '[profile.default]\naddress = "a\u0000b"\n',
  'not UTF-8': Buffer.from('[profile.default]\naddress = "\u00e9"\n', 'latin1'),
  'a number without end': '[profile.default]\nx = 99999999999999999999\naddress = "a:1"\n',
  'no number': '[profile.default]\nx = nan\naddress = "a:1"\n',
  'tables below tables': `a${'.a'.repeat(3000)} = 1\n`,
  'lists in lists': `x = ${'['.repeat(3000)}${']'.repeat(3000)}\n`,
  'a control sequence': '[profile.default]\naddress = "\\u001b[31mred"\n',
  'tables out of order':
    '[profile.default.tls]\nserver_name = "x"\n[profile.p.tls]\n[profile.default]\naddress = "a:1"\n',
  'blanks everywhere': '[ profile . default ]\n address   =   "a:1"   # x\n',
};

const changes: readonly (readonly [verb: 'set' | 'unset', key: string, value: string | null])[] = [
  ['set', 'address', 'new:1'],
  ['set', 'tls.server_name', 'n'],
  ['set', 'grpc_meta.x-a', 'v'],
  ['unset', 'address', null],
  ['unset', 'tls.server_name', null],
];

async function having(content: string | Uint8Array) {
  const folder = await makeFolder({ 'temporalio/temporal.toml': '' });
  const path = join(folder, 'temporalio/temporal.toml');
  await writeFile(path, content);
  const run = async (...argv: readonly string[]) => {
    const outcome = await runMain(['config', ...argv], { env: { XDG_CONFIG_HOME: folder }, home: folder });
    expect([0, 1, 2, 3], outcome.stderr).toContain(outcome.exitCode);
    expect(outcome.stdout + outcome.stderr).not.toContain('\u001b');
    expect(outcome.exitCode === 0 ? '' : outcome.stderr).toMatch(outcome.exitCode === 0 ? /^$/ : /^error: /);
    return outcome;
  };
  return { path, run };
}

const at = (document: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    document,
  );
const documentOf = (bytes: Uint8Array): unknown =>
  parse(
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/^\ufeff/, ''),
  );

describe.each(Object.entries(files))('%s', (_name, content) => {
  it('is shown and listed, or refused with one error', async () => {
    const { run } = await having(content);
    await run('show');
    await run('list');
  });

  it.each(changes)('%s %s %s does just that, or nothing', async (verb, key, value) => {
    const { path, run } = await having(content);
    const before = await readFile(path);
    const { exitCode } = await run(verb, key, ...(value === null ? [] : [value]));
    const after = await readFile(path);
    if (exitCode !== 0) expect(after.equals(before)).toBe(true);
    else expect(at(documentOf(after), ['profile', 'default', ...key.split('.')])).toBe(value ?? undefined);
  });
});
