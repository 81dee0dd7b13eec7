import { NexusctlError } from '../errors/nexusctl-error.ts';

interface Variable {
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Reads a file of `NAME=VALUE` lines as dotenv and systemd do: comments, `export `, quotes (with escapes and line
 * breaks in double ones). A line that is none of it is an error, so that no setting is lost unseen.
 * @throws NexusctlError INPUT_INVALID with the line, never its value; ENV_STORE_UNSUPPORTED for the CLI's YAML store
 */
export function parseEnvFile(text: string, path: string): ReadonlyMap<string, Variable> {
  if (/^env:\s*$/m.test(text))
    throw new NexusctlError('ENV_STORE_UNSUPPORTED', `${path} is a store of the deprecated \`temporal env\``, {
      hint: `make profiles of it: nexusctl config import --from temporal-env ${path}`,
    });
  const found = new Map<string, Variable>();
  const source = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const assignment =
    /(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|([^\n]*))[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
  for (let at = 0; at < source.length;) {
    const blank = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
    blank.lastIndex = at;
    const skipped = blank.exec(source);
    if (skipped !== null && skipped[0] !== '') {
      at = blank.lastIndex;
      continue;
    }
    assignment.lastIndex = at + (/^[ \t]*/.exec(source.slice(at))?.[0].length ?? 0);
    const match = assignment.exec(source);
    if (match === null) throw badLine(source, at, path);
    const [, name = '', double, single, bare = ''] = match;
    const value = double === undefined ? (single ?? bare.replace(/(?:^|\s)#.*$/, '').trim()) : unescape(double);
    found.set(name, { value, line: lineAt(source, at) });
    at = assignment.lastIndex;
  }
  return found;
}

function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

function unescape(text: string): string {
  const known: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return text.replace(/\\([\s\S])/g, (_, character: string) => known[character] ?? character);
}

function badLine(source: string, at: number, path: string): NexusctlError {
  const line = lineAt(source, at);
  return new NexusctlError('INPUT_INVALID', `${path}:${String(line)} is no NAME=VALUE line`, {
    hint: 'a value of several lines wants double quotes around it',
    details: { path, line },
  });
}
