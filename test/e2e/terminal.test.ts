import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../helpers/folder.ts';
import { hasTerminal, runOnTerminal } from '../helpers/terminal.ts';

const canary = 'canary-typed-0451';
const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(canary.repeat(5)).toString('base64')}\n-----END PRIVATE KEY-----`;

// That of the tests, of many CI runners and of `docker run -t` has no size.
it.skipIf(!hasTerminal)('a terminal without a size is as wide as one of old', async () => {
  const { screen, exitCode } = await runOnTerminal(['connect-test', '--offline', '--address', 'a:1'], [], {});
  expect(exitCode).toBe(0);
  expect(screen).toContain('the address is one that every SDK understands');
});

describe.skipIf(!hasTerminal)('a secret that is typed on a terminal (python3 is needed)', () => {
  async function set(setting: string, typed: string) {
    const folder = await makeFolder();
    const path = join(folder, 'temporal.toml');
    const argv = ['config', 'set', setting, '--config-file', path];
    const run = await runOnTerminal(argv, [['nothing is shown', typed]], {});
    return { ...run, text: await readFile(path, 'utf8').catch(() => null) };
  }

  it('is taken and never shown', async () => {
    const { screen, exitCode, text } = await set('api_key', `${canary}x\u007f\r`);
    expect(screen).toContain('api_key (nothing is shown): ');
    expect(screen).not.toContain('canary');
    expect(exitCode).toBe(0);
    expect(text).toContain(`api_key = "${canary}"`);
  });

  it('may be a PEM of several lines', async () => {
    const { screen, exitCode, text } = await set('tls.client_key_data', `${pem.replaceAll('\n', '\r')}\r`);
    expect(exitCode).toBe(0);
    expect(screen).not.toContain(pem.split('\n')[1]);
    expect(text).toContain(JSON.stringify(pem));
  });

  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['Ctrl-D', '\u0004', 1],
  ])('is not taken after %s, and the terminal is as it was', async (_name, end, code) => {
    const { screen, exitCode, text } = await set('api_key', `${canary}${end}`);
    expect(exitCode).toBe(code);
    expect(screen).toContain('nothing was changed');
    expect(screen).not.toContain('canary');
    expect(text).toBeNull();
  });

  it.each([
    ['Ctrl-C', '\u0003', 130, 'error: interrupted'],
    ['Ctrl-D', '\u0004', 1, 'error: declined'],
  ])('a question that ends with %s is answered on a line of its own', async (_name, key, code, words) => {
    const path = join(await makeFolder({ 'temporal.toml': '[profile.a]\naddress = "a:1"\n' }), 'temporal.toml');
    const argv = ['config', 'unset', '--all', '--profile', 'a', '--config-file', path];
    const { exitCode, screen } = await runOnTerminal(argv, [['(y/N)', key]], {});
    expect(exitCode).toBe(code);
    expect(screen.split(/\r?\n/)).toContainEqual(expect.stringMatching(new RegExp(`^${words}`)));
  });

  it('a whole profile goes only when somebody says yes', async () => {
    const before = '[profile.a]\naddress = "a:1"\n';
    const path = join(await makeFolder({ 'temporal.toml': before }), 'temporal.toml');
    const argv = ['config', 'unset', '--all', '--profile', 'a', '--config-file', path];
    const declined = await runOnTerminal(argv, [['(y/N)', 'n\r']], {});
    expect(declined.exitCode).toBe(1);
    expect(await readFile(path, 'utf8')).toBe(before);
    const agreed = await runOnTerminal(argv, [['(y/N)', 'y\r']], {});
    expect(agreed.exitCode).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('');
  });
});
