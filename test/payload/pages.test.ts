import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import type { Change, HandledBatch } from '../../src/payload/handled.ts';
import { transformPages } from '../../src/payload/pages.ts';
import { makePayload } from '../../src/payload/model/payload.ts';
import type { OpenPlace } from '../../src/payload/walk/place.ts';
import { makeOperations } from '../../src/payload/model/position.ts';
import { protoJson } from '../../src/payload/schema/proto-json.ts';
import { transformProto } from '../../src/payload/transform-payload.ts';
import { walkJson } from '../../src/payload/walk/json.ts';
import { bytesField, readFields } from '../../src/protobuf/wire.ts';
import { anyMessage, messages, short } from './schema/any-message.ts';

const event = messages.find(({ fullName }) => short(fullName) === 'history.v1.HistoryEvent');
const attributes = event?.oneofs['attributes']?.fieldsArray ?? [];

/** Every second payload becomes its number; the others stay. */
function numbering(): Change {
  let count = 0;
  return (payload) => {
    count += 1;
    if (count % 2 === 0) return { status: 'unchanged', layers: [], payload };
    return { status: 'decoded', layers: [], payload: makePayload({ encoding: 'json/plain' }, String(count)) };
  };
}

async function inPages(pages: readonly Buffer[]): Promise<{ text: string; paths: string[] }> {
  const batches: HandledBatch[] = [];
  const unknown = (): void => undefined;
  for await (const batch of transformPages({ pages: asPages(pages), unknown }, numbering())) batches.push(batch);
  return {
    text: Buffer.concat(batches.map(({ bytes }) => bytes)).toString(),
    paths: batches.flatMap(({ handled }) => handled.map(({ path }) => path)),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of what is here
async function* asPages(pages: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pages;
}

/** The same the long way round: the messages changed first, and JSON made of them. */
async function inOne(pages: readonly Buffer[]): Promise<{ text: string; paths: string[] }> {
  const { bytes, handled } = await transformProto(Buffer.concat(pages), 'history.v1.History', '$', {}, numbering());
  return { text: protoJson('history.v1.History', bytes).toString(), paths: handled.map(({ path }) => path) };
}

/** An event of one kind with any of its fields. */
function anyEvent(kind: protobuf.Field): fc.Arbitrary<Buffer> {
  if (event === undefined) throw new Error('no event in the descriptors');
  const type = kind.resolve().resolvedType as protobuf.Type;
  return fc.tuple(anyMessage(event, 3), anyMessage(type, 0)).map(([outer, inner]) => {
    for (const { name } of attributes) Reflect.deleteProperty(outer, name);
    return Buffer.from(event.encode(event.fromObject({ ...outer, [kind.name]: inner })).finish());
  });
}

describe.each(attributes.map((field) => [field.name, field] as const))('%s', (_name, kind) => {
  it('comes out of pages as out of one message, with the paths that its JSON has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent(kind), { minLength: 1, maxLength: 4 }), async (events) => {
        const pages = events.map((one) => bytesField(1, one));
        const [first, ...rest] = pages;
        const { text, paths } = await inPages([first ?? Buffer.alloc(0), Buffer.concat(rest)]);
        expect({ text, paths }).toEqual(await inOne(pages));
        const json = protoJson('history.v1.History', Buffer.concat(pages));
        const places: OpenPlace[] = [];
        walkJson({ places, operations: makeOperations(), form: 'full' }, json, 0, 'history.v1.History', '$');
        expect(paths).toEqual(places.map(({ path }) => path));
      }),
      { numRuns: 15 },
    );
  });

  it('comes out right in any disorder', async () => {
    const anyDisorder = anyEvent(kind).chain((one) => disordered(one, 2));
    await fc.assert(
      fc.asyncProperty(anyDisorder, async (one) => {
        const pages = [bytesField(1, one)];
        // Disorder may make a text of it that is none.
        const code = (error: { code: unknown }): unknown => error.code;
        expect(await inPages(pages).catch(code)).toEqual(await inOne(pages).catch(code));
      }),
      { numRuns: 15 },
    );
  });
});

/** The fields of a message in any order, some of them twice, and so the fields of the messages in it. */
function disordered(message: Buffer, depth: number): fc.Arbitrary<Buffer> {
  const fields = readFields(message);
  const changed = fields.map(({ number, value, raw }) => {
    if (depth === 0 || number < 5) return fc.constant(raw);
    try {
      return readFields(value).length > 0
        ? disordered(value, depth - 1).map((inner) => bytesField(number, inner))
        : fc.constant(raw);
    } catch {
      return fc.constant(raw);
    }
  });
  return fc
    .tuple(...changed)
    .chain((parts) => fc.shuffledSubarray([...parts, ...parts], { minLength: parts.length }))
    .map((parts) => Buffer.concat(parts));
}
