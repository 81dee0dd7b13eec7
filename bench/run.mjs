// `npm run bench [name …]`: every bench of this folder, or those named. Each prints a table; none asserts anything.
import { readdirSync } from 'node:fs';

const names = readdirSync('bench')
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.replace('.bench.mjs', ''));
const wanted = process.argv.slice(2);
for (const name of wanted.length === 0 ? names : wanted) {
  console.log(`\n== ${name}`);
  await (await import(`./${name}.bench.mjs`)).run();
}
