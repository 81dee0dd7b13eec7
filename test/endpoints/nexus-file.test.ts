import { describe, expect, it } from 'vitest';
import { editNexusFile } from '../../src/endpoints/nexus-file/edit.ts';
import { joinFiles, readNexusFile } from '../../src/endpoints/nexus-file/nexus-file.ts';
import { nexusPieces } from '../../src/endpoints/nexus-file/text.ts';

const read = (text: string) => readNexusFile('nexus.yaml', text);
const one = (lines: string) => `version: 1\nendpoints:\n  - name: billing\n${lines}`;

describe('reading', () => {
  it('takes every scalar as a text', async () => {
    const file = await read(one('    allow: [no, 123, { namespace: 1e3, until: 2027-03-31 }]\n'));
    expect(file.endpoints[0]?.allow).toEqual([
      { namespace: 'no' },
      { namespace: '123' },
      { namespace: '1e3', until: '2027-03-31' },
    ]);
  });

  const refused: readonly [what: string, text: string, words: string][] = [
    ['another version', 'version: 2\nendpoints: []', 'version is "2"'],
    ['no version', 'endpoints: []', 'version is null'],
    ['no endpoints', 'version: 1', 'endpoints is not a list'],
    ['an unknown key', one('    alow: []\n'), 'did you mean allow?'],
    ['a key twice', one('    owner: a\n    owner: b\n'), 'DUPLICATE_KEY'],
    ['an endpoint twice', `${one('')}  - name: billing\n`, 'billing stands in it twice'],
    ['a caller twice', one('    allow: [a, { namespace: a }]\n'), 'a stands twice'],
    ['an end that is none', one('    allow: [{ namespace: a, until: soon }]\n'), 'until of a'],
    ['two kinds of target', one('    target: { url: "https://x", taskQueue: q }\n'), 'beside'],
    ['account and cluster', 'version: 1\naccount: a\ncluster: b\nendpoints: []', 'one of them'],
    ['no YAML', 'version: [', 'not YAML in line'],
    ['outside its scope', 'version: 1\nscope: { names: ["x-*"] }\nendpoints: [{ name: billing }]', 'outside the scope'],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map(
          (key, index) =>
            `${key}: &${key} [${Array(9)
              .fill(`*${'abcdefgh'[index] ?? 'a'}`)
              .join(',')}]`,
        )
        .join('\n')}`,
      'aliases',
    ],
  ];
  it.each(refused)('refuses %s', async (_what, text, words) => {
    await expect(read(text)).rejects.toThrow(words);
  });

  it('refuses nesting deeper than the stack without falling over', async () => {
    await expect(read('['.repeat(50_000))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('joins files with one owner for each endpoint', async () => {
    const [first, second] = [await readNexusFile('a.yaml', one('')), await readNexusFile('b.yaml', one(''))];
    expect(() => joinFiles([first, second])).toThrow('stands in a.yaml and in b.yaml');
  });
});

describe('editing', () => {
  const text = `# who may call what
version: 1
endpoints:
  # the money
  - name: billing
    owner: team-billing # ask them
    allow:
      - namespace: orders.a # since 2024
        owner: team-orders
        reason: TICKET-1
      - web.a
`;

  it('keeps every comment and everything it does not name', async () => {
    const added = await editNexusFile('f', text, [
      { kind: 'allow', endpoint: 'billing', entries: [{ namespace: 'new.a', owner: 'x' }] },
    ]);
    for (const comment of ['# who may call what', '# the money', '# ask them', '# since 2024', 'TICKET-1'])
      expect(added).toContain(comment);
    expect((await read(added)).endpoints[0]?.allow?.map(({ namespace }) => namespace)).toEqual([
      'orders.a',
      'web.a',
      'new.a',
    ]);
    const removed = await editNexusFile('f', added, [
      { kind: 'revoke', endpoint: 'billing', namespaces: ['new.a'], block: false },
    ]);
    expect(await read(removed)).toEqual(await read(text));
  });

  it.each([
    ['\n', ''],
    ['\r\n', ''],
    ['\n', '  '],
  ])('touches no other line, however it is laid out (%j)', async (newline, indent) => {
    const lines = [
      'version:   1     # one',
      'scope: {names: ["*"]}',
      'endpoints:',
      `${indent}- name: "billing"`,
      `${indent}  target: {namespace: b.a, taskQueue: 'q'}`,
      `${indent}  allow: [ one.a,two.a ]   # both`,
      `${indent}- name: other`,
      `${indent}  allow:`,
      `${indent}  - namespace: one.a`,
      `${indent}    owner:  x`,
      '',
    ];
    const before = lines.join(newline);
    const edited = await editNexusFile('f', before, [
      { kind: 'revoke', endpoint: 'billing', namespaces: ['two.a'], block: false },
      { kind: 'allow', endpoint: 'billing', entries: [{ namespace: 'three.a' }] },
    ]);
    const after = edited.split(newline);
    expect(after.filter((line) => !lines.includes(line))).toHaveLength(1);
    expect(lines.filter((line) => !after.includes(line))).toEqual([lines[5]]);
    expect((await read(edited)).endpoints[0]?.allow?.map(({ namespace }) => namespace)).toEqual(['one.a', 'three.a']);
  });

  it('is the same text when there is nothing to change', async () => {
    const nothing = { kind: 'allow', endpoint: 'billing', entries: [{ namespace: 'web.a' }] } as const;
    expect(await editNexusFile('f', text, [nothing])).toBe(text);
  });

  it('blocked wins: a block stays, an allow against it is a conflict', async () => {
    const blocked = await editNexusFile('f', text, [
      { kind: 'revoke', endpoint: 'billing', namespaces: ['web.a'], block: true },
    ]);
    expect((await read(blocked)).endpoints[0]).toMatchObject({
      blocked: ['web.a'],
      allow: [{ namespace: 'orders.a' }],
    });
    const allow = { kind: 'allow', endpoint: 'billing', entries: [{ namespace: 'web.a' }] } as const;
    await expect(editNexusFile('f', blocked, [allow])).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('merging what is live loses no owner, reason or comment', async () => {
    const live = {
      name: 'billing',
      callers: [{ namespace: 'clicked.a', status: 'active' as const }],
      target: { kind: 'worker' as const, namespace: 'b.a', taskQueue: 'q' },
    };
    const merged = await editNexusFile('f', text, [{ kind: 'merge', endpoint: live }]);
    for (const kept of ['# since 2024', 'TICKET-1', 'team-orders', 'clicked.a', 'taskQueue: q'])
      expect(merged).toContain(kept);
  });

  it('what is written new reads back', async () => {
    const endpoints = [
      {
        name: 'billing',
        description: 'a: #b\n"c"',
        callers: [{ namespace: 'no', status: 'active' as const, until: '2027-03-31' }],
        blocked: ['true'],
      },
    ];
    const file = await read([...nexusPieces(endpoints, { account: '123' })].join(''));
    expect(file).toMatchObject({
      account: '123',
      endpoints: [{ description: 'a: #b\n"c"', allow: [{ namespace: 'no', until: '2027-03-31' }], blocked: ['true'] }],
    });
  });
});
