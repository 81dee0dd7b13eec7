import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const rows = readFileSync('docs/comparison.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|\s*(?:Feature|-)/.test(line))
  .map((line) =>
    line
      .replaceAll('\\|', ' ')
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

it('docs/comparison.md has every feature once, each with a verdict', () => {
  expect(rows.length).toBeGreaterThan(45);
  expect(new Set(rows.map(([feature]) => feature)).size).toBe(rows.length);
  for (const row of rows) expect(row).toHaveLength(8);
});

it.each(rows.map(([feature = '', , , , , , verdict = '', shown = '']) => [feature, verdict, shown]))(
  'what shows "%s" is there',
  (_feature, verdict, shown) => {
    if (verdict === 'later') return;
    const tests = shown.split('<br>').map((one) => /^`([^`]+)`(?: › (.+))?$/.exec(one));
    expect(tests.length).toBeGreaterThan(0);
    for (const found of tests) {
      const [, file = '', name = ''] = found ?? [];
      expect([shown, existsSync(file)]).toEqual([shown, true]);
      expect(readFileSync(file, 'utf8')).toContain(name.replaceAll('&#124;', '|'));
    }
  },
);
