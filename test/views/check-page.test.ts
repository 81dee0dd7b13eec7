import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codes } from '../../src/connectivity/catalogue.ts';
import { checkIndex, checkPage } from '../../src/views/check-page.ts';

describe('docs/checks', () => {
  it.each(codes)('%s has the page that `npm run docs` writes', (code) => {
    const path = `docs/checks/${code}.md`;
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe(checkPage(code));
  });

  it('has no page of a code that is gone', () => {
    expect(readdirSync('docs/checks').sort()).toEqual([...codes.map((code) => `${code}.md`), 'README.md'].sort());
    expect(readFileSync('docs/checks/README.md', 'utf8')).toBe(checkIndex());
  });
});
