import { describe, expect, it } from 'vitest';
import { emit } from '../../src/output/emit.ts';
import { createRedactor } from '../../src/redact.ts';
import type { ColorChoice } from '../../src/output/style.ts';
import type { Format, View } from '../../src/output/view.ts';
import type { ExitCode } from '../../src/errors/exit-codes.ts';

interface Names {
  readonly items: readonly { readonly name: string }[];
}

const view: View<Names> = {
  text: ({ items }, { bold }) => items.map(({ name }) => bold(name)).join('\n'),
  raw: { csv: ({ items }) => items.map(({ name }) => name).join('\n') },
};
const hostile: Names = { items: [{ name: 'a\u001b[2J' }, { name: '::warning::b' }] };

async function written(output: Format, color: ColorChoice = 'auto', terminal?: number, env = {}) {
  const chunks: string[] = [];
  const outcome: { exitCode: ExitCode } = { exitCode: 0 };
  const stdout = {
    write: (chunk: string) => Promise.resolve(void chunks.push(chunk)),
    isTTY: terminal !== undefined,
    columns: terminal ?? 80,
  };
  await emit({ stdout, env, outcome, redactor: createRedactor() }, { output, color }, view, hostile, 1);
  return { text: chunks.join(''), exitCode: outcome.exitCode };
}

describe('emit', () => {
  it('escapes every string of a result for the terminal and ends with one newline', async () => {
    expect(await written('text')).toEqual({ text: 'a\\x1b[2J\n::warning::b\n', exitCode: 1 });
  });

  it('gives JSON the schema version and starts no workflow command in a log', async () => {
    const { text } = await written('json');
    expect(JSON.parse(text)).toEqual({ schemaVersion: 1, ...hostile });
    expect(text).not.toContain('::');
  });

  it('writes one item a line as JSON lines', async () => {
    const { text } = await written('jsonl');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual(hostile.items);
  });

  it('hands other formats the raw strings, which have escapes of their own', async () => {
    expect((await written('csv')).text).toBe('a\u001b[2J\n::warning::b\r\n');
  });

  it('refuses a format that the view does not have', async () => {
    await expect(written('sarif')).rejects.toMatchObject({ code: 'USAGE' });
  });

  const colours: readonly [ColorChoice, number | undefined, Record<string, string>, boolean][] = [
    ['auto', 80, {}, true],
    ['auto', undefined, {}, false],
    ['auto', 80, { NO_COLOR: '1' }, false],
    ['auto', 80, { NO_COLOR: '' }, true],
    ['auto', 80, { TERM: 'dumb' }, false],
    ['always', undefined, { NO_COLOR: '1' }, true],
    ['never', 80, {}, false],
  ];
  it.each(colours)('colour %s on a terminal of %s columns with %j: %s', async (choice, terminal, env, colour) => {
    const { text } = await written('text', choice, terminal, env);
    expect(text.includes('\u001b[1m')).toBe(colour);
  });
});
