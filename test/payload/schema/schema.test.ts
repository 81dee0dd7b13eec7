import proto from '@temporalio/proto';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import type { Clear, OpenClear } from '../../../src/payload/walk/clear.ts';
import { makeInflow } from '../../../src/payload/documents/inflow.ts';
import { readJson } from '../../../src/payload/documents/input.ts';
import type { OpenPlace } from '../../../src/payload/walk/place.ts';
import { makeOperations } from '../../../src/payload/model/position.ts';
import { messageOf } from '../../../src/payload/schema/schema.ts';
import { walkJson } from '../../../src/payload/walk/json.ts';
import { rewriteProto } from '../../../src/payload/walk/proto.ts';
import { newer } from './any-message.ts';

const root = proto as unknown as protobuf.Root;
const api = typesIn(root).filter(({ fullName }) => fullName.startsWith('.temporal.api.'));
const special = ['.temporal.api.common.v1.Payload', '.temporal.api.common.v1.Payloads'];
const reaching = transitive(special);
const isHeader = (field: protobuf.Field): boolean =>
  field.map && field.type === 'string' && /header$/i.test(field.name);
const withHeaders = transitive(
  api.filter(({ fieldsArray }) => fieldsArray.some(isHeader)).map(({ fullName }) => fullName),
);

function typesIn(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.flatMap((nested) => {
    const inner = 'nestedArray' in nested ? typesIn(nested as protobuf.NamespaceBase) : [];
    return 'fieldsArray' in nested ? [nested as protobuf.Type, ...inner] : inner;
  });
}

function targetOf(field: protobuf.Field): string {
  return field.resolve().resolvedType?.fullName ?? '';
}

function transitive(from: readonly string[]): Set<string> {
  const found = new Set(from);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const type of api) if (type.fieldsArray.some((field) => found.has(targetOf(field)))) found.add(type.fullName);
  }
  return found;
}

const short = (name: string): string => name.replace('.temporal.api.', '');

describe('the schema of payloads', () => {
  it("knows every message and field of the protocol's descriptors that lead to a payload or a header", () => {
    expect(reaching.size).toBeGreaterThan(150);
    expect(withHeaders.size).toBeGreaterThan(20);
    const leads = (name: string): boolean => reaching.has(name) || withHeaders.has(name);
    for (const type of api.filter(({ fullName }) => leads(fullName) && !special.includes(fullName))) {
      const wanted = type.fieldsArray
        .filter((field) => leads(targetOf(field)) || isHeader(field))
        .map(
          (field) =>
            `${field.name} ${String(field.id)} ${short(targetOf(field)) || field.type} ${String(field.repeated)} ${String(field.map)}`,
        );
      const known = [...(messageOf(short(type.fullName))?.byName.values() ?? [])]
        .filter(
          ({ name, type: target }) => target !== 'common.v1.DataBlob' && !newer.has(`${short(type.fullName)} ${name}`),
        )
        .map(({ name, number, type: target, repeated, map }) => [name, number, target, repeated, map].join(' '));
      expect(known.sort(), type.fullName).toEqual(wanted.sort());
    }
  });
});

/** A message with a header at every place that its descriptor has; null when it has none within reach. */
function headed(type: protobuf.Type, depth: number): Record<string, unknown> | null {
  const object: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    if (isHeader(field)) object[field.name] = { 'x-one': 'a', 'x two': 'b' };
    else if (withHeaders.has(targetOf(field)) && depth < 7) {
      const inner = headed(field.resolvedType as protobuf.Type, depth + 1);
      if (inner !== null) object[field.name] = field.repeated ? [inner, inner] : inner;
    }
  }
  return Object.keys(object).length === 0 ? null : object;
}

describe('every header', () => {
  const types = api.filter(({ fullName }) => withHeaders.has(fullName));
  it.each(types.map((type) => [short(type.fullName), type] as const))(
    'of %s is told, in JSON and in proto',
    (name, type) => {
      const object = headed(type, 0) ?? {};
      const clear: OpenClear[] = [];
      const bytes = Buffer.from(JSON.stringify(object));
      expect(walkJson({ places: [], operations: makeOperations(), form: 'auto', clear }, bytes, 0, name, '$')).toBe(
        bytes.length,
      );
      expect(clear).toHaveLength(bytes.toString().split('"x-one"').length * 2 - 2);
      const message = Buffer.from(type.encode(type.fromObject(object)).finish());
      const told: Clear[] = [];
      const visit = { operations: makeOperations(), visit: () => null, clear: (what: Clear) => told.push(what) };
      expect(rewriteProto(visit, message, name, '$')).toBe(message);
      const texts = (all: readonly Clear[]): string[] =>
        all.map((what) => `${what.path} ${what.kind === 'header' ? what.name : ''}`).sort();
      expect(texts(told)).toEqual(texts(clear));
    },
  );
});

/** A message with a payload at every place that its descriptor has, and how many of them are no search attributes. */
function filled(type: protobuf.Type, depth: number): { object: Record<string, unknown>; count: number } {
  if (type.fullName === special[0]) return { object: samplePayload, count: 1 };
  const object: Record<string, unknown> = {};
  let count = 0;
  for (const field of type.fieldsArray) {
    if (!reaching.has(targetOf(field)) || depth > 6) continue;
    const inner = filled(field.resolvedType as protobuf.Type, depth + 1);
    if (inner.count === 0 && Object.keys(inner.object).length === 0) continue;
    object[field.name] = field.map
      ? { 'a key': inner.object }
      : field.repeated
        ? [inner.object, inner.object]
        : inner.object;
    count += field.repeated && !field.map ? inner.count * 2 : inner.count;
  }
  return { object, count: type.fullName === '.temporal.api.common.v1.SearchAttributes' ? 0 : count };
}

const samplePayload = { metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'NDI=' };

describe('every payload path', () => {
  const types = api.filter(({ fullName }) => reaching.has(fullName) && !special.includes(fullName));
  it.each(types.map((type) => [short(type.fullName), type] as const))(
    'of %s is walked, in JSON and in proto',
    (name, type) => {
      const { object, count } = filled(type, 0);
      const places: OpenPlace[] = [];
      const bytes = Buffer.from(JSON.stringify(object));
      expect(walkJson({ places, operations: makeOperations(), form: 'auto' }, bytes, 0, name, '$')).toBe(bytes.length);
      expect(places.filter(({ form }) => form === 'payload')).toHaveLength(count);
      for (const { start, end } of places)
        expect(JSON.parse(bytes.subarray(start, end).toString())).toEqual(samplePayload);

      const message = Buffer.from(type.encode(type.fromObject(object)).finish());
      const paths: string[] = [];
      const visit = (payload: Buffer, path: string): Buffer => {
        paths.push(path);
        return payload.subarray(0, 0);
      };
      const emptied = rewriteProto({ operations: makeOperations(), visit }, message, name, '$');
      expect(paths).toHaveLength(count);
      expect(paths.sort()).toEqual(places.map(({ path }) => path).sort());
      if (count > 0) expect(emptied.length).toBeLessThan(message.length);
      const untouched = rewriteProto({ operations: makeOperations(), visit: () => null }, message, name, '$');
      expect(untouched).toBe(message);
    },
  );

  it('is found with the names of the proto file too', async () => {
    const event = {
      event_id: '5',
      event_type: 'X',
      activity_task_scheduled_event_attributes: { input: { payloads: [samplePayload] } },
    };
    const source = [Buffer.from(JSON.stringify({ events: [event] }))];
    const paths: string[] = [];
    for await (const batch of readJson(makeInflow(chunks(source)), 'auto'))
      paths.push(...batch.places.map(({ path }) => path));
    expect(paths).toEqual(['$.events[0].activity_task_scheduled_event_attributes.input.payloads[0]']);
  });
});

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of what is here
async function* chunks(given: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* given;
}
