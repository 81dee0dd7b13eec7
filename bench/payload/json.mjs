// What reading a document costs that is held whole: parse it and write it back.
import { readFileSync } from 'node:fs';

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(process.argv[2], 'utf8'))));
