import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runMain } from '../helpers/context.ts';

/** Payloads written by other people's code, with where they come from. */
interface Vector {
  readonly family: string;
  readonly source: string;
  readonly payload: { readonly metadata: Readonly<Record<string, string>>; readonly data: string };
  readonly preset?: string;
  /** Key id → key as text. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly value?: string;
  readonly encoding: string;
  /** For values that are no JSON. */
  readonly base64?: string;
}

const folder = 'test/fixtures/payloads';
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Vector[])
  .map((vector, index) => ({ ...vector, name: `${vector.family} #${String(index)}: ${vector.source}` }));

function flags({ preset, keys }: Vector): { argv: string[]; env: Record<string, string> } {
  const argv = preset === undefined ? [] : ['--preset', preset];
  const env: Record<string, string> = {};
  Object.entries(keys ?? {}).forEach(([id, key], index) => {
    env[`KEY_${String(index)}`] = key;
    argv.push('--key', `${id}=env:KEY_${String(index)}`);
  });
  return { argv, env };
}

function decode(vector: Vector, payload = vector.payload): ReturnType<typeof runMain> {
  const { argv, env } = flags(vector);
  return runMain(['payload', 'decode', '-o', 'json', ...argv], { stdin: JSON.stringify(payload), env });
}

describe('what others wrote', () => {
  it.each(vectors)('$name opens', async (vector) => {
    const { stdout, exitCode } = await decode(vector);
    expect(exitCode).toBe(0);
    const { payloads } = JSON.parse(stdout) as { payloads: { value?: unknown; base64?: string; layers: object[] }[] };
    expect(payloads[0]).toMatchObject({ status: 'decoded' });
    expect(payloads[0]?.layers.at(-1)).toEqual({ encoding: vector.encoding });
    if (vector.value !== undefined) expect(payloads[0]?.value).toEqual(JSON.parse(vector.value));
    if (vector.base64 !== undefined) expect(payloads[0]?.base64).toBe(vector.base64);
  });

  it.each(vectors)('$name: the value comes out as it was written', async (vector) => {
    if (vector.value === undefined) return;
    const { argv, env } = flags(vector);
    const { stdout } = await runMain(['payload', 'decode', ...argv], { stdin: JSON.stringify(vector.payload), env });
    expect(stdout).toBe(`${vector.value}\n`);
  });

  it.each(vectors.filter(({ preset, keys }) => preset !== undefined || keys !== undefined))(
    '$name: without the key it stays closed, and with a flipped bit it never opens',
    async (vector) => {
      const closed = await decode({ ...vector, preset: undefined, keys: undefined } as unknown as Vector);
      expect(closed.exitCode).toBe(1);
      const data = Buffer.from(vector.payload.data, 'base64');
      for (const at of [
        0,
        5,
        11,
        12,
        Math.floor(data.length / 2),
        data.length - 17,
        data.length - 16,
        data.length - 1,
      ]) {
        for (const bit of [1, 128]) {
          const flipped = Buffer.from(data);
          flipped[at]! ^= bit;
          const { exitCode, stdout } = await decode(vector, { ...vector.payload, data: flipped.toString('base64') });
          expect(exitCode).toBe(1);
          const { payloads } = JSON.parse(stdout) as { payloads: { status: string; value?: unknown }[] };
          expect(payloads[0]).toMatchObject({ status: 'failed' });
          expect(payloads[0]).not.toHaveProperty('value');
          expect(payloads[0]).not.toHaveProperty('base64');
        }
      }
    },
  );
});
