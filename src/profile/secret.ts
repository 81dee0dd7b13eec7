import { posix, win32 } from 'node:path';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { SecretSource } from './profile.ts';

/** Where a secret is, after its reference was read. Paths are absolute. */
export type SecretLocation =
  | { readonly kind: 'data'; readonly data: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'secretsmanager'; readonly id: string; readonly field?: string }
  | { readonly kind: 'exec'; readonly command: readonly string[]; readonly mayRun: boolean };

const schemes = ['file:', 'env:', 's3://', 'secretsmanager:', 'exec:'] as const;

/** A reference that a person typed as a flag: relative to the working folder, and `exec:` may run. */
export function typedReference(reference: string, cwd: string): SecretSource {
  return { kind: 'reference', reference, base: cwd, mayRun: true };
}

/** A plain path, whatever it looks like: what a `…_PATH` variable and a `…_path` key hold is never a reference. */
export function plainPath(path: string, base: string): SecretSource {
  return { kind: 'reference', reference: `file:${path}`, base };
}

/** @throws NexusctlError SECRET_REFERENCE_INVALID for a malformed or unknown form */
export function locateSecret(source: SecretSource, platform: NodeJS.Platform = 'linux'): SecretLocation {
  if (source.kind === 'data') return { kind: 'data', data: source.data };
  const { reference, base } = source;
  const scheme = schemes.find((candidate) => reference.startsWith(candidate));
  const rest = reference.slice(scheme?.length ?? 0);
  switch (scheme) {
    case undefined:
      refuseUnknownScheme(reference);
      return { kind: 'file', path: absolute(reference, base, platform) };
    case 'file:':
      // file:///x is the same file as file:/x
      return { kind: 'file', path: absolute(rest.replace(/^\/\/(?=\/)/, ''), base, platform) };
    case 'env:':
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(rest)) throw invalid('env: needs the name of a variable', 'env:MY_API_KEY');
      return { kind: 'env', name: rest };
    case 's3://':
      return s3(rest);
    case 'secretsmanager:':
      return secretsManager(rest);
    case 'exec:':
      return { kind: 'exec', command: splitCommand(rest), mayRun: source.mayRun === true };
  }
}

/** A short name of a source for messages: never the data, and of a command only the program. */
export function describeSecret(source: SecretSource): string {
  if (source.kind === 'data') return 'the value itself';
  const { reference } = source;
  if (reference.startsWith('exec:')) return `exec:${/^\s*\S*/.exec(reference.slice(5))?.[0].trim() ?? ''} …`;
  return isValueItself(reference) ? '(a value that is no reference)' : reference.replace(/^file:/, '');
}

/** Somebody put the key where its path belongs: it is not shown. */
function isValueItself(reference: string): boolean {
  if (reference.length > 1024 || /[\r\n]|-----BEGIN|^(?:Bearer\s+)?eyJ[\w-]+\./.test(reference)) return true;
  return /^(?![./~])[A-Za-z0-9+/=_-]{64,}$/.test(reference);
}

function s3(rest: string): SecretLocation {
  const at = rest.indexOf('/');
  const [bucket, key] = [rest.slice(0, at), rest.slice(at + 1)];
  if (at < 1 || key === '') throw invalid('s3:// needs a bucket and a key', 's3://my-bucket/path/client.pem');
  return { kind: 's3', bucket, key };
}

function secretsManager(rest: string): SecretLocation {
  const at = rest.lastIndexOf('#');
  const [id, field] = at === -1 ? [rest, undefined] : [rest.slice(0, at), rest.slice(at + 1)];
  if (id === '' || field === '')
    throw invalid(
      'secretsmanager: needs a name or ARN, and after # the name of a field',
      'secretsmanager:prod/temporal#key',
    );
  return { kind: 'secretsmanager', id, ...(field === undefined ? {} : { field }) };
}

/**
 * Splits a command line into arguments as a POSIX shell would, with quotes and backslashes and nothing else: no
 * variables, no globs, no operators, because no shell ever sees it.
 * @throws NexusctlError SECRET_REFERENCE_INVALID for an open quote or nothing at all
 */
export function splitCommand(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "'" || character === '"') {
      const { value, end } = quoted(text, at);
      word = (word ?? '') + value;
      at = end;
    } else if (character === '\\' && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  if (words.length === 0 || words[0] === '')
    throw invalid('exec: needs a command', 'exec:op read op://vault/temporal/key');
  return words;
}

function quoted(text: string, start: number): { readonly value: string; readonly end: number } {
  const quote = text.charAt(start);
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === quote) return { value, end: at };
    if (quote === '"' && character === '\\' && /["\\$`]/.test(text.charAt(at + 1))) {
      at += 1;
      value += text.charAt(at);
    } else value += character;
  }
  throw invalid('a quote in the command is never closed', `exec:cat 'my key.pem'`);
}

function absolute(path: string, base: string, platform: NodeJS.Platform): string {
  if (path === '') throw invalid('an empty path', 'file:./client.key');
  return (platform === 'win32' ? win32 : posix).resolve(base, path);
}

/** `vault:x` would otherwise be looked for as a file of that name. One letter is a Windows drive. */
function refuseUnknownScheme(reference: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):(\/\/)?/i.exec(reference);
  if (scheme === null || (scheme[2] === undefined && !known.has((scheme[1] ?? '').toLowerCase()))) return;
  throw invalid(
    `'${scheme[1] ?? ''}:' is no kind of reference`,
    'a path, file:PATH, env:NAME, s3://BUCKET/KEY, secretsmanager:NAME or exec:COMMAND (for Vault, 1Password, GCP …)',
  );
}

/** Kinds that other tools know and people may expect here, and our own in a wrong spelling. */
const known = new Set([
  'vault',
  'op',
  'gcp',
  'gcpsm',
  'azure',
  'keyvault',
  'ssm',
  'awssm',
  'sops',
  'env',
  'exec',
  's3',
  'file',
  'secretsmanager',
]);

function invalid(what: string, example: string): NexusctlError {
  return new NexusctlError('SECRET_REFERENCE_INVALID', `not a secret reference: ${what}`, {
    hint: `for example ${example}`,
  });
}
