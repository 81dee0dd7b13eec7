import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealAesGcm } from '../../src/payload/families/aes-gcm.ts';
import { payloadJson } from '../../src/payload/json/form.ts';
import { makePayload } from '../../src/payload/model/payload.ts';
import { runMain } from '../helpers/context.ts';

/** A piece of a document and what must stand in its place after a decode. */
interface Piece {
  readonly before: string;
  readonly after: string;
}

const key = Buffer.from('test-key-test-key-test-key-test!');
const same = (text: string): Piece => ({ before: text, after: text });
const join = (pieces: readonly Piece[]): Piece => ({
  before: pieces.map(({ before }) => before).join(''),
  after: pieces.map(({ after }) => after).join(''),
});

const space = fc.constantFrom('', '', '', ' ', '\n  ', '\t', '\r\n');
const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    ...['1.50', '-0', '1e400', '-1E-7', '12345678901234567890', `-${'9'.repeat(200)}.5`],
    ...['"\\ud83d\\u0000\\\\\\""', '"\\uD800"', '"\\/\u2028\ufeff"', '{"a":1,"a":{"a":2}}', '{"__proto__":{"":null}}'],
    `${'['.repeat(80)}{"\\u0061" : [ ]}${']'.repeat(80)}`,
  ),
);
const sealed = fc.tuple(json, space, fc.boolean()).map(([value, gap, swapped]): Piece => {
  const inner = makePayload({ encoding: 'json/plain' }, value);
  const full = payloadJson(sealAesGcm(inner, 'test-key-id', key));
  const { metadata, data } = JSON.parse(full) as { metadata: object; data: string };
  const fields = [`"metadata":${gap}${JSON.stringify(metadata)}`, `"data"${gap}:"${data}"`];
  return {
    before: `{${gap}${(swapped ? fields.reverse() : fields).join(`${gap},`)}${gap}}`,
    after: payloadJson(inner),
  };
});
const plain = json.map((value) => same(payloadJson(makePayload({ encoding: 'json/plain' }, value))));
const payload = fc.oneof({ weight: 3, arbitrary: sealed }, { weight: 1, arbitrary: plain });
const name = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text,
    text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    `\\u00${hex(text)}${text.slice(1)}`,
  );
const hex = (text: string): string => text.charCodeAt(0).toString(16);

/** `"name": value`, with spaces where JSON allows them. */
function member(key: fc.Arbitrary<string>, value: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> {
  return fc
    .tuple(key, space, space, value, space)
    .map(([text, a, b, piece, c]) => join([same(`"${text}"${a}:${b}`), piece, same(c)]));
}

function object(members: fc.Arbitrary<readonly Piece[]>): fc.Arbitrary<Piece> {
  return fc
    .tuple(space, members)
    .map(([gap, pieces]) =>
      join([
        same(`{${gap}`),
        ...pieces.flatMap((piece, index) => [same(index === 0 ? '' : `,${gap}`), piece]),
        same('}'),
      ]),
    );
}

const payloads = (list: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> =>
  object(
    fc.tuple(
      member(
        fc.constant('payloads'),
        fc
          .array(list, { maxLength: 3 })
          .map((items) =>
            join([same('['), ...items.flatMap((item, index) => [same(index === 0 ? '' : ', '), item]), same(']')]),
          ),
      ),
    ),
  );
const words = fc.string().map((text) => same(JSON.stringify(text)));
/** What may stand before and behind a document: a mark as Windows editors write it, any space, no end of line. */
const framed = (document: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> =>
  fc
    .tuple(fc.constantFrom('', '\ufeff'), space, document, fc.constantFrom('', '\n', '\r\n', ' \t\r\n\n'))
    .map(([mark, before, piece, behind]) => join([same(`${mark}${before}`), piece, same(behind)]));
/** What looks like a payload where none may be: the server indexes search attributes. */
const searchAttributes = sealed.map(({ before }) => same(`{"indexedFields":{"CustomKey":${before}}}`));
const unknown = fc.constantFrom('priority', 'retryPolicy', 'links', 'odd"key'.replace('"', '\\"'));
const attributes = object(
  fc.tuple(
    member(name('input'), payloads(payload)),
    member(unknown, json.map(same)),
    member(
      fc.constantFrom('header'),
      object(fc.tuple(member(fc.constant('fields'), object(fc.tuple(member(fc.constant('a b'), payload)))))),
    ),
    member(name('searchAttributes'), searchAttributes),
    member(unknown, words),
    member(
      fc.constant('lastFailure'),
      object(
        fc.tuple(
          member(fc.constant('message'), words),
          member(name('encodedAttributes'), payload),
          member(
            fc.constant('cause'),
            object(fc.tuple(member(fc.constant('source'), words), member(name('encodedAttributes'), payload))),
          ),
        ),
      ),
    ),
  ),
);
const event = object(
  fc.tuple(
    member(
      fc.constant('eventId'),
      fc.nat(99).map((id) => same(`"${String(id)}"`)),
    ),
    member(fc.constant('eventType'), fc.constant(same('"EVENT_TYPE_X"'))),
    member(fc.constantFrom('taskId', 'notKnownYet'), json.map(same)),
    member(fc.constant('workflowExecutionStartedEventAttributes'), attributes),
    member(fc.constant('newerAttributes'), object(fc.tuple(member(fc.constant('thing'), payload)))),
    member(fc.constant('userMetadata'), object(fc.tuple(member(name('summary'), payload)))),
    // The same names again: which of them counts is the reader's business.
    member(fc.constantFrom('eventType', 'taskId'), fc.constant(same('"EVENT_TYPE_Y"'))),
    member(fc.constant('workflowExecutionStartedEventAttributes'), attributes),
  ),
);
const events = (least: number, most: number): fc.Arbitrary<Piece> =>
  fc
    .tuple(fc.array(event, { minLength: least, maxLength: most }), space)
    .map(([items, gap]) => join(items.flatMap((item, index) => [same(index === 0 ? '' : `${gap},${gap}`), item])));
const history = (items: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> =>
  fc.tuple(items, space, fc.constantFrom('events', 'bare', 'answer')).map(([list, gap, kind]) => {
    const inside = join([same(`[${gap}`), list, same(`${gap}]`)]);
    if (kind === 'bare') return inside;
    const whole = join([same(`{${gap}"events":`), inside, same(`${gap}}`)]);
    return kind === 'events' ? whole : join([same('{"history":'), whole, same(',"nextPageToken":""}')]);
  });

async function decoded(document: Piece): Promise<void> {
  const { stdout, stderr } = await runMain(['payload', 'decode', '--preset', 'go', '--mode', 'replay'], {
    stdin: document.before,
  });
  expect(stdout === document.after, `${stderr}\n${firstDifference(stdout, document.after)}`).toBe(true);
}

function firstDifference(found: string, wanted: string): string {
  let at = 0;
  while (at < wanted.length && found[at] === wanted[at]) at += 1;
  return `${JSON.stringify(found.slice(Math.max(0, at - 80), at + 80))} is not ${JSON.stringify(wanted.slice(Math.max(0, at - 80), at + 80))}`;
}

describe('a decode in place', () => {
  it('changes payloads and not one byte beside them', async () => {
    await fc.assert(fc.asyncProperty(framed(history(events(1, 3))), decoded), { numRuns: 80 });
  });

  it('does so for JSON lines', async () => {
    const line = fc.oneof(history(events(1, 2)), sealed, payloads(payload), event);
    const lines = fc
      .tuple(fc.array(line, { minLength: 2, maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\n\n', ' '))
      .map(([items, gap]) => join(items.flatMap((item, index) => [same(index === 0 ? '' : gap), item])));
    await fc.assert(fc.asyncProperty(framed(lines), decoded), { numRuns: 60 });
  });

  it('does so for what is larger than what is read at once, wherever the cut falls', async () => {
    const large = fc.tuple(events(8, 8), fc.nat(3000)).map(([few, shift]) => {
      const filler = same(`,{"eventId":"0","eventType":"X","text":"${'x\\"'.repeat(shift)}"},`);
      const many = Array.from({ length: Math.ceil(1_200_000 / few.before.length) }, () => [few, filler]).flat();
      return join([...many, few]);
    });
    await fc.assert(fc.asyncProperty(framed(history(large)), decoded), { numRuns: 6 });
  }, 120_000);
});
