import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Histories } from '../../../src/payload/documents/histories.ts';
import { encodePayload, makePayload } from '../../../src/payload/model/payload.ts';
import { bytesField } from '../../../src/protobuf/wire.ts';
import type { Rpc } from '../../../src/profile/connection.ts';
import { runMain } from '../../helpers/context.ts';
import { base64 } from '../history.ts';

interface Vector {
  readonly payload: { readonly metadata: Readonly<Record<string, string>>; readonly data: string };
}
const vectors = JSON.parse(readFileSync('test/fixtures/payloads/compressed.json', 'utf8')) as Vector[];

async function codeOf(algorithm: string, data: Buffer, ...argv: string[]): Promise<string> {
  const metadata = { encoding: base64('binary/compressed'), 'compression-algorithm': base64(algorithm) };
  const { stdout, exitCode } = await runMain(['payload', 'decode', '-o', 'json', ...argv], {
    stdin: JSON.stringify({ metadata, data: data.toString('base64') }),
  });
  expect([0, 1]).toContain(exitCode);
  const { payloads } = JSON.parse(stdout) as { payloads: { status: string; error?: { code: string } }[] };
  return payloads[0]?.error?.code ?? payloads[0]?.status ?? '';
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const lz4Frame = (...blocks: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from('04224d1860700000'.slice(0, 14), 'hex'),
    ...blocks.flatMap((b) => [u32(b.length), b]),
    u32(0),
  ]);
/** Blocks of one byte, repeated: type 1, four bytes each. */
const zstdFrame = (header: string, blocks: number): Buffer =>
  Buffer.concat([
    Buffer.from(`28b52ffd${header}`, 'hex'),
    ...Array.from({ length: blocks }, (_, index) => {
      const block = u32((131_071 << 3) | 2 | (index === blocks - 1 ? 1 : 0));
      return Buffer.from([block[0] ?? 0, block[1] ?? 0, block[2] ?? 0, 65]);
    }),
  ]);

/** One compressed block that begins with a Huffman table, whose weights are coded so. */
const zstdOfWeights = (weights: string): Buffer => {
  const table = Buffer.from(weights, 'hex');
  const block = Buffer.concat([Buffer.from([0x42, 0xc0, 0x03, table.length]), table, Buffer.alloc(16, 1)]);
  const header = u32((block.length << 3) | 4 | 1).subarray(0, 3);
  return Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), header, block]);
};

describe('compressed data that means harm', () => {
  const bombs: readonly [name: string, algorithm: string, data: Buffer, code: string][] = [
    // A literal and then copies of it: 255 more bytes for each byte.
    [
      'lz4 that repeats itself',
      'lz4',
      lz4Frame(Buffer.concat([Buffer.from('1f410100', 'hex'), Buffer.alloc(100_000, 255), Buffer.from([0])])),
      'LIMIT_EXCEEDED',
    ],
    [
      'lz4 that says how much it is',
      'lz4',
      Buffer.concat([
        Buffer.from('04224d18', 'hex'),
        Buffer.from('6870', 'hex'),
        Buffer.from('ffffffffffffff0f00', 'hex'),
        u32(0),
      ]),
      'LIMIT_EXCEEDED',
    ],
    ['zstd of repeated blocks', 'zstd', zstdFrame('0058', 2000), 'LIMIT_EXCEEDED'],
    ['zstd that says how much it is', 'zstd', zstdFrame('c058ffffffffffff0f00', 1), 'LIMIT_EXCEEDED'],
    ['zstd with a window of gigabytes', 'zstd', zstdFrame('00a8', 1), 'LIMIT_EXCEEDED'],
    [
      'zstd with a second frame',
      'zstd',
      Buffer.concat([zstdFrame('0058', 1), zstdFrame('0058', 1)]),
      'PAYLOAD_MALFORMED',
    ],
    // Their Huffman weights are coded in no bits at all: a reader that looks for the end of the bits finds none.
    ['zstd with weights without end', 'zstd', zstdOfWeights('f003000080'), 'PAYLOAD_MALFORMED'],
    ['zstd with other weights without end', 'zstd', zstdOfWeights('10fc3f000080'), 'PAYLOAD_MALFORMED'],
    ['zstd with a dictionary', 'zstd', zstdFrame('015800', 1), 'PAYLOAD_MALFORMED'],
    ['an algorithm of Object', 'constructor', Buffer.from('x'), 'FAMILY_UNSUPPORTED'],
  ];
  it.each(bombs)('%s is a named failure', async (_name, algorithm, data, code) => {
    expect(await codeOf(algorithm, data)).toBe(code);
  });

  it('a higher bound lets more through', async () => {
    expect(await codeOf('zstd', zstdFrame('0058', 130), '--max-layer-bytes', '32M')).toBe('PAYLOAD_MALFORMED');
  });

  it('whatever byte is changed or cut: no crash', async () => {
    const small = vectors.filter(({ payload }) => payload.data.length < 2000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...small),
        fc.nat(),
        fc.nat(255),
        fc.boolean(),
        async (vector, at, byte, cut) => {
          const { metadata, data } = vector.payload;
          const bytes = Buffer.from(data, 'base64');
          bytes[at % bytes.length] = byte;
          const changed = cut ? bytes.subarray(0, at % bytes.length) : bytes;
          const algorithm = Buffer.from(metadata['compression-algorithm'] ?? '', 'base64').toString();
          // Inside may be found what was meant, or another payload: neither format keeps its contents from changes.
          expect([
            'decoded',
            'failed',
            'PAYLOAD_MALFORMED',
            'LIMIT_EXCEEDED',
            'FAMILY_UNSUPPORTED',
            'KEY_NOT_FOUND',
          ]).toContain(await codeOf(algorithm, changed));
        },
      ),
      { numRuns: 300 },
    );
  });
});

const noRpc: Rpc = { call: () => Promise.reject(new Error('nothing is asked')), close: () => undefined };

/** One workflow, in pages. */
function fetched(pages: readonly Buffer[]): Histories {
  const history = async function* () {
    yield* await Promise.resolve(pages);
  };
  const find = async function* () {
    yield await Promise.resolve({ workflowId: 'w', runId: 'r' });
  };
  return { history, find, close: () => undefined };
}

describe('payloads that are small together and large unpacked', () => {
  const inner = encodePayload(makePayload({ encoding: 'json/plain' }, Buffer.alloc(16 * 1024 * 1024 - 100, 0x20)));
  const one = encodePayload(makePayload({ encoding: 'binary/zlib' }, deflateSync(inner, { level: 9 })));
  const length = Buffer.from([(one.length & 127) | 128, ((one.length >> 7) & 127) | 128, one.length >> 14]);
  const payloads = Buffer.concat(Array.from({ length: 34 }, () => [Buffer.from([0x0a]), length, one]).flat());

  it.each([['inspect'], ['audit']])('%s has one bound for all that it holds at once', async (verb) => {
    const { stdout, exitCode } = await runMain(['payload', verb, '-o', 'json'], { stdin: payloads });
    expect(exitCode).toBe(1);
    const refused = stdout.match(/unpack to more than is allowed/g) ?? [];
    expect([verb, refused.length]).toEqual([verb, 2]);
  });

  // Histories that were found are decoded one after the other: what is held at once is one page.
  it.each([
    ['in one page', [34], 2],
    ['in two', [17, 17], 0],
  ])('of histories that are fetched, %s', async (_how, counts, wanted) => {
    const event = Buffer.concat([Buffer.from([0x08, 1, 0x18, 1]), bytesField(26, bytesField(2, bytesField(1, one)))]);
    const pages = counts.map((count) => Buffer.concat(Array<Buffer>(count).fill(bytesField(1, event))));
    const { stdout } = await runMain(
      ['payload', 'inspect', '-o', 'json', '-q', 'any', '--address', '127.0.0.1:1', '-n', 'n'],
      { ports: { rpc: () => Promise.resolve(() => noRpc), histories: () => Promise.resolve(() => fetched(pages)) } },
    );
    const { summary } = JSON.parse(stdout) as { summary: object };
    expect(summary).toMatchObject({ payloads: 34, malformed: wanted });
  });
});
