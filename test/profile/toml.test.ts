import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseToml } from '../../src/profile/toml.ts';

const canary = 'canary-SECRET-0451';

async function failure(text: string | Uint8Array): Promise<string> {
  try {
    await parseToml(text, '/x/temporal.toml');
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_FILE_INVALID', details: { finding: 'CFG003' } });
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('a syntax error', () => {
  it('shows its line with a caret and no other line', async () => {
    const message = await failure(`[profile.a]\napi_key = "${canary}"\naddress = "x:1\nnamespace = "${canary}"\n`);
    expect(message).toMatch(/^\/x\/temporal\.toml:3:\d+: /);
    expect(message).toContain('3:  address = "x:1');
    expect(message.split('\n').at(-1)).toMatch(/^ +\^$/);
    expect(message).not.toContain(canary);
  });

  it.each([
    `api_key = "${canary}`,
    `api_key = ${canary}`,
    `"api_key" = "${canary}\\q"`,
    `codec.auth = "${canary}`,
    `x = { api_key = "${canary}" y = 1 }`,
    `client_key_data = """\n${canary}\n\\q`,
    `${canary} = = 1`,
    canary,
    `[oauth.${canary}`,
  ])('never shows a value that may be a secret: %j', async (text) => {
    expect(await failure(text)).not.toContain(canary);
  });

  it('never shows a secret, wherever the text breaks', async () => {
    const text = `[profile.a]\naddress = "x:1"\napi_key = "${canary}"\n[profile.a.oauth]\naccess_token = '${canary}'\n`;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length),
        fc.constantFrom('"', "'", '\\', '=', '[', '\n', '\u0000'),
        async (at, insert) => {
          const broken = text.slice(0, at) + insert + text.slice(at);
          const message = await parseToml(broken, 'f').then(
            () => '',
            (error: unknown) => (error as Error).message,
          );
          expect(message).not.toMatch(/canary|SECRET|0451/);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('in a Windows path says which quotes to use', async () => {
    await expect(parseToml('a = "C:\\Users\\x"', 'f')).rejects.toMatchObject({
      hint: expect.stringContaining("'C:\\") as string,
    });
  });
});

it('refuses what is not UTF-8 and takes a BOM', async () => {
  expect(await failure(Buffer.from([0xff, 0xfe, 0x5b]))).toContain('not UTF-8');
  expect(await parseToml(Buffer.from('\ufeffa = 1'), 'f')).toEqual({ a: 1 });
});
