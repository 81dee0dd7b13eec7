import { expect, it } from 'vitest';
import { fileUri } from '../../src/output/file-uri.ts';

it.each([
  ['run.json', 'run.json'],
  ['./exports/run.json', 'exports/run.json'],
  ['../run.json', '../run.json'],
  ['/tmp/a b.json', 'file:///tmp/a%20b.json'],
  ['C:\\runs\\a.json', 'file:///C:/runs/a.json'],
  ['order:1/0198-run', 'order%3A1/0198-run'],
  ['#a?.json', '%23a%3F.json'],
])('%s', (path, uri) => {
  expect(fileUri(path)).toBe(uri);
});
