import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeCsv,
  escapeDeep,
  escapeGithubData,
  escapeGithubProperty,
  escapeJson,
  escapeMarkdown,
  escapeMermaid,
  escapeTerminal,
  escapeTerminalBlock,
  escapeTerraform,
  escapeXml,
} from '../../src/output/escape.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const steering = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

describe('in a terminal', () => {
  it.each([
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u009b31m', '\\x9b31m'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['Grüße, 東京 🙂', 'Grüße, 東京 🙂'],
  ])('%j becomes %j', (foreign, shown) => {
    expect(escapeTerminal(foreign)).toBe(shown);
  });

  it('lets no steering character through, whatever the text', () => {
    fc.assert(fc.property(anyText, (text) => !steering.test(escapeTerminal(text))));
    fc.assert(fc.property(anyText, (text) => !steering.test(escapeTerminalBlock(text).replace(/[\n\t]/g, ''))));
  });

  it('reaches strings, keys, maps and lists of a result, and leaves bytes and dates alone', () => {
    const bytes = new Uint8Array([27]);
    const at = new Date(0);
    const result = { name: '\u001b', list: ['\u0007'], map: new Map([['\u0000', '\u0001']]), bytes, at, count: 1 };
    const clean = escapeDeep({ ...result, '\u001bkey': null }, escapeTerminal);
    expect(clean).toEqual({
      name: '\\x1b',
      list: ['\\x07'],
      map: new Map([['\\x00', '\\x01']]),
      bytes,
      at,
      count: 1,
      '\\x1bkey': null,
    });
  });

  it('keeps a result named __proto__ a plain entry', () => {
    const hostile = JSON.parse('{"__proto__":{"allowed":true}}') as object;
    const clean = escapeDeep(hostile, escapeTerminal);
    expect(Object.keys(clean)).toEqual(['__proto__']);
    expect('allowed' in clean).toBe(false);
  });
});

describe('in JSON that a CI runner reads', () => {
  it('means the same and starts no workflow command', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constantFrom('::add-mask::x', '##[group]', ':::', '::::set-output')), (text) => {
        const json = escapeJson(JSON.stringify({ text }));
        expect(JSON.parse(json)).toEqual({ text });
        expect(json).not.toContain('::');
        expect(json).not.toContain('##[');
      }),
    );
  });
});

describe('in the formats of other programs', () => {
  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', "'+1"],
    ['@cmd', "'@cmd"],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['-1', "'-1"],
    ['\uff1dcmd()', "'\uff1dcmd()"],
    ['\t=1', "'\\t=1"],
    ['\n=1,', `"'\\n=1,"`],
    ['a\r\n::error::b', 'a\\r\\n::error::b'],
    ['::error::b', "'::error::b"],
    [' ::error::b', "' ::error::b"],
    ['a ##[error]b', 'a ## [error]b'],
    ['\u001b[31m\u202e', '\\x1b[31m\\u202e'],
    ['', ''],
  ])('CSV: %j becomes %j', (text, cell) => {
    expect(escapeCsv(text)).toBe(cell);
  });

  it('Markdown: no tag, link, table cell or mention survives', () => {
    expect(escapeMarkdown('<img src=x>|[a](b) @team `c`')).toBe('\\<img src=x\\>\\|\\[a\\]\\(b\\) \\@team \\`c\\`');
  });

  it('Mermaid: what is not a plain word is an entity', () => {
    expect(escapeMermaid('a"]; click x')).toBe('a#34;#93;#59; click x');
  });

  it('XML: markup is a character reference, and what XML cannot hold is replaced', () => {
    expect(escapeXml('<a b="c">&\u0000')).toBe('&#60;a b=&#34;c&#34;&#62;&#38;\ufffd');
  });

  it('GitHub: newlines and percent signs are encoded, in properties colons and commas as well', () => {
    expect(escapeGithubData('50%\n::error::x')).toBe('50%25%0A::error::x');
    expect(escapeGithubProperty('a:b,c')).toBe('a%3Ab%2Cc');
  });

  it('Terraform: nothing is interpolated', () => {
    expect(escapeTerraform('${path} %{if} "q"')).toBe('$${path} %%{if} \\"q\\"');
  });
});
