import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { withoutStatus } from '../../src/endpoints/allowlist.ts';
import { makeNameTable } from '../../src/endpoints/name-table.ts';
import { readNexusFile } from '../../src/endpoints/nexus-file/nexus-file.ts';
import { readPlainNexusFile } from '../../src/endpoints/nexus-file/lines.ts';
import { nexusPieces } from '../../src/endpoints/nexus-file/text.ts';
import { readLines, type LineReader } from '../../src/endpoints/nexus-file/yaml-lines.ts';
import { placeAtStart, unusual } from '../../src/endpoints/nexus-file/yaml-place.ts';

type Tree = string | readonly Tree[] | ReadonlyMap<string, Tree>;

/** Whatever a reader sees, as the library would give it: any key, any shape. */
function treeOf(reader: LineReader, text: string): Tree {
  const any = (depth: number): Tree => {
    if (depth > 4) throw unusual;
    if (reader.isMap()) return map(depth);
    return reader.text();
  };
  const map = (depth: number): Tree => {
    const found = new Map<string, Tree>();
    reader.map((key) => {
      if (found.has(key)) throw unusual;
      found.set(key, key.startsWith('list') ? list(depth) : key.startsWith('map') ? map(depth + 1) : reader.text());
    });
    return found;
  };
  const list = (depth: number): Tree => {
    const found: Tree[] = [];
    reader.list(() => found.push(any(depth + 1)));
    return found;
  };
  if (text === '') throw unusual;
  const tree = map(0);
  reader.end();
  return tree;
}

/** Null where the line reader leaves the text to the library. */
function byLines(text: string): Tree | null {
  try {
    return treeOf(readLines(placeAtStart(Buffer.from(text), makeNameTable())), text);
  } catch (error) {
    if (error === unusual) return null;
    throw error;
  }
}

function byLibrary(text: string): unknown {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  expect(document.errors.map(({ code }) => code)).toEqual([]);
  return document.toJS({ mapAsMap: true });
}

/** They agree, or the line reader does not answer. Returns whether it answered. */
function agree(text: string): boolean {
  const mine = byLines(text);
  if (mine !== null) expect([text, mine]).toEqual([text, byLibrary(text)]);
  return mine !== null;
}

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'orders-prod.a1b2c', 'team orders', '2027-03-31', 'https://x/7') },
  fc.constantFrom('a', 'orders-prod.a1b2c', 'Invoices and refunds', 'no', '1', 'https://x/y?a=b#c', "it's", 'a: b', ''),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    'two\nlines',
    'ends\n',
    '\n',
    '  led',
    '- a',
    '# no',
    'x #y',
    '"q"',
    '{',
    '[a]',
    '&a',
    '*a',
    '!t',
    '|',
  ),
);
const { tree } = fc.letrec<{ tree: Readonly<Record<string, unknown>> }>((tie) => ({
  tree: fc
    .array(
      fc.oneof(
        { depthSize: 'small' },
        fc.tuple(fc.constantFrom('name', 'owner', '$schema'), scalar),
        fc.tuple(
          fc.constantFrom('listA', 'listB'),
          fc.array(fc.oneof({ depthSize: 'small' }, scalar, tie('tree')), { maxLength: 3 }),
        ),
        fc.tuple(fc.constantFrom('mapA', 'mapB'), tie('tree')),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((pairs) => Object.fromEntries(pairs) as Readonly<Record<string, unknown>>),
}));

const layouts = fc.record({
  lineWidth: fc.constantFrom(0, 10, 40),
  defaultKeyType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const),
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
  defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
  blockQuote: fc.constantFrom(true, false, 'literal' as const),
});

describe('the line reader', () => {
  it('reads what the library writes as the library reads it, or not at all', () => {
    let answered = 0;
    fc.assert(
      fc.property(tree, layouts, fc.constantFrom('\n', '\r\n'), (value, layout, newline) => {
        if (agree(stringify(value, layout).replaceAll('\n', newline))) answered += 1;
      }),
      { numRuns: 600 },
    );
    expect(answered).toBeGreaterThan(100);
  });

  it('is never sure where the library is not: any lines out of pieces of YAML', () => {
    const piece = fc.constantFrom(
      ...[
        'name: a',
        'name:',
        'owner: "b"',
        "owner: 'c''d'",
        'listA:',
        'listA: [a, b]',
        'listA: []',
        'mapA:',
        '- a',
        '-',
      ],
      ...[
        '- name: a',
        '- { name: a }',
        'mapA: {name: a,',
        'listA: [ a,',
        'a,',
        '"b", # c',
        ']',
        '}',
        '"name": a',
        '"name":a,',
        'owner: "b" }',
        'goes on',
        'mapA: { name: x, owner: y }',
        '# note',
        'name: a # note',
        'name: a#b',
        '',
        '  ',
      ],
      ...['name: |', 'name: |-', 'name: >', 'text here', 'name: &x a', 'name: *x', 'name: !t a', '---', '...', '%YAML'],
      ...['name: "a', 'name: a: b', 'name: {', 'listA: [a,]', 'name: -a', 'name: ?a', '? a', 'name: a\tb', '\tname: a'],
      ...['name: é', 'name: \u0085', 'name: a\u2028b', 'name: \ufeff', 'name: [a', 'name: "\\x41"', 'name: "\\u0041"'],
    );
    const line = fc.tuple(fc.constantFrom(0, 0, 2, 4), piece).map(([indent, text]) => ' '.repeat(indent) + text);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => void agree(lines.join('\n'))),
      { numRuns: 4000 },
    );
  });

  it.each([
    'version: 1\nendpoints:\n- name: a\n  allow:\n  - b # who\n  - namespace: c\n    owner: d\n# end\n  blocked: [e]\n',
    '\ufeffversion: 1 # one\r\nendpoints:\r\n  - name: a\r\n    target: { namespace: b, taskQueue: "c d" }\r\n',
    'version: 1\nendpoints:\n  - name: a\n    description: |\n      # Not a comment\n\n        deep\n    allow: []\n',
    'version: "1"\nscope: { names: ["a-*", b] }\nendpoints: []\n',
    '--- # made by a tool\nversion: 1\nendpoints:\n- name: a\n  allow:\n  - namespace: b\n    reason: a long text\n      that goes on\n',
    '{"version":1,"endpoints":[{"name":"a","target":{"namespace":"b","taskQueue":"c"},"allow":[{"namespace":"d"}]}]}',
    JSON.stringify({ version: 1, endpoints: [{ name: 'a', allow: [{ namespace: 'd' }, 'e'], blocked: [] }] }, null, 2),
    'version: 1\nendpoints:\n  - name: a\n    allow: [\n      b,\n      { namespace: c, # who\n        owner: d }\n    ]\n',
  ])('reads everyday files (%#)', (text) => {
    expect(readPlainNexusFile(Buffer.from(text), (value) => value).content).not.toBeNull();
  });

  it('gives entries that say the same as one object', () => {
    const entry = '      - namespace: a\n        owner: o\n';
    const one = (name: string) => `  - name: ${name}\n    allow:\n${entry}`;
    const text = `version: 1\nendpoints:\n${one('aa')}${one('bb')}`;
    const [first, second] = readPlainNexusFile(Buffer.from(text), (value) => value).content?.endpoints ?? [];
    expect(first?.allow?.[0]).toEqual({ namespace: 'a', owner: 'o' });
    expect(first?.allow?.[0]).toBe(second?.allow?.[0]);
  });
});

describe('what export writes', () => {
  const text = fc.oneof(
    scalar,
    fc.constantFrom('a\nb', 'a\n\n  b\n', '# x\ny', 'x\n', ' x\ny', 'true', '12', '~', '"'),
  );
  const caller = fc.record(
    { namespace: text, owner: text, reason: text, until: fc.constantFrom('2027-03-31') },
    { requiredKeys: ['namespace'] },
  );
  const endpoint = fc.record(
    {
      name: text,
      description: text.filter((one) => one !== ''),
      target: fc.oneof(
        fc.record({ kind: fc.constant('worker' as const), namespace: text, taskQueue: text }),
        fc.record({ kind: fc.constant('external' as const), url: text }),
      ),
      callers: fc
        .uniqueArray(caller, { selector: ({ namespace }) => namespace, maxLength: 3 })
        .map((entries) => entries.map((entry) => ({ ...entry, status: 'active' as const }))),
      blocked: fc.uniqueArray(text, { maxLength: 2, minLength: 1 }),
    },
    { requiredKeys: ['name', 'callers'] },
  );

  it('is what both readers read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(endpoint, { selector: ({ name }) => name, maxLength: 3 }), async (endpoints) => {
        const written = [...nexusPieces(endpoints, { account: 'a1b2c' })].join('');
        const wanted = endpoints.map(({ callers, ...rest }) => ({
          ...rest,
          allow: withoutStatus(callers),
        }));
        const mine = readPlainNexusFile(Buffer.from(written), (value) => value).content;
        if (mine !== null) expect(mine).toEqual({ account: 'a1b2c', endpoints: wanted });
        // A comment before the first key that only the library knows leaves the file to it.
        const { endpoints: theirs } = await readNexusFile('f', `%YAML 1.2\n---\n${written}`);
        expect(theirs).toEqual(wanted);
      }),
    );
  });

  it('is read without a tree when it is everyday', () => {
    const target = { kind: 'worker' as const, namespace: 'billing.a', taskQueue: 'q 1' };
    const callers = [{ namespace: 'orders.a', status: 'active' as const, reason: 'T-1: "x"' }];
    const everyday = { name: 'billing', description: 'Invoices\n\n- refunds', target, callers, blocked: ['legacy.a'] };
    expect(
      readPlainNexusFile(Buffer.from([...nexusPieces([everyday], {})].join('')), (value) => value).content,
    ).not.toBeNull();
  });
});

describe('the table of names', () => {
  it('gives each name one number, in the order of their coming', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 300 }), (texts) => {
        const table = makeNameTable();
        const wellFormed = texts.filter((text) => !/\p{Cs}/u.test(text));
        const numbers = wellFormed.map((text) => {
          const bytes = Buffer.from(`xx${text}yy`);
          return table.at(bytes, 2, bytes.length - 2);
        });
        expect(numbers.map((number) => table.text(number))).toEqual(wellFormed);
        expect(new Set(numbers).size).toBe(new Set(wellFormed).size);
      }),
    );
  });

  it('holds many, and says what is no UTF-8', () => {
    const table = makeNameTable();
    for (const round of [0, 1])
      for (let index = 0; index < 20_000; index += 1) {
        const bytes = Buffer.from(`namespace-${String(index)}.a1b2c`);
        if (table.at(bytes, 0, bytes.length) !== index) throw new Error(`${String(round)} ${String(index)}`);
      }
    expect(table.text(19_999)).toBe('namespace-19999.a1b2c');
    expect(table.at(Buffer.from([0x61, 0xff]), 0, 2)).toBe(-1);
  });
});
