import { describe, expect, it } from 'vitest';
import { wrapLine } from '../../src/output/wrap.ts';

describe('a line that is longer than the terminal', () => {
  it.each([
    [
      'breaks between words, under the text',
      '– certificate and key belong together  skipped: none',
      24,
      ['– certificate and key', '  belong together', '  skipped: none'],
    ],
    [
      'goes on behind its label',
      '      seen   nothing listens on that port',
      30,
      ['      seen   nothing listens', '             on that port'],
    ],
    [
      'keeps a word whole that is longer than a line',
      'at /a/very/long/path/that/stays/whole now',
      12,
      ['at', '/a/very/long/path/that/stays/whole', 'now'],
    ],
    [
      'puts a long word further left when it fits there',
      '  id       0123456789abcdef',
      22,
      ['  id', '    0123456789abcdef'],
    ],
    ['leaves a word where it is that fits nowhere', '  id       0123456789abcdef', 16, ['  id       0123456789abcdef']],
    ['does not count colours', '\u001b[31mred words\u001b[39m here', 14, ['\u001b[31mred words\u001b[39m here']],
    ['fits', 'as it is', 8, ['as it is']],
    ['has no end without a terminal', 'as it is, however long', Infinity, ['as it is, however long']],
  ])('%s', (_what, line, width, expected) => {
    expect(wrapLine(line, width, line.startsWith('  id') ? 11 : undefined).split('\n')).toEqual(expected);
  });
});
