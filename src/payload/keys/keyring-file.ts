import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { SecretSource, TomlTable } from '../../profile/profile.ts';
import { emptyKeyring, type Key, type KeyFormat, type Keyring, type KmsKey } from './keyring.ts';

interface Origin {
  /** For messages. */
  readonly path: string;
  /** Makes a source of a reference that stands in this file. */
  readonly source: (reference: string) => SecretSource;
}

/**
 * The keyring in a TOML document: under `[keyring]` (nexusctl.toml), or the document itself (a keyring file). Only
 * references are read here, no key.
 * @throws NexusctlError KEYRING_INVALID naming the key of the file
 */
export function readKeyring(document: TomlTable, origin: Origin): Keyring {
  const root = tableAt(document, 'keyring', origin, '') ?? (hasKeys(document) ? document : undefined);
  if (root === undefined) return emptyKeyring;
  refuseUnknown(root, ['active', 'keys', 'endpoints', 'namespaces'], 'keyring', origin);
  const keys = new Map<string, Key>();
  for (const [id, value] of Object.entries(tableAt(root, 'keys', origin, 'keyring') ?? {}))
    keys.set(id, readKey(id, value, origin));
  const active = textAt(root, 'active', origin, 'keyring');
  const endpoints = readLists(root, 'endpoints', keys, origin);
  const namespaces = readLists(root, 'namespaces', keys, origin);
  if (active !== undefined && !keys.has(active)) throw invalid(origin, 'keyring.active', `there is no key '${active}'`);
  if (active !== undefined && keys.get(active)?.decryptOnly === true)
    throw invalid(origin, 'keyring.active', `the key '${active}' is decrypt_only`);
  return { ...emptyKeyring, keys, ...(active === undefined ? {} : { active }), endpoints, namespaces };
}

function hasKeys(document: TomlTable): boolean {
  return ['active', 'keys', 'endpoints', 'namespaces'].some((name) => name in document);
}

function readKey(id: string, value: unknown, origin: Origin): Key {
  const at = `keyring.keys.${id}`;
  const table = asTable(value, origin, at);
  refuseUnknown(
    table,
    ['secret', 'kms', 'exec', 'vault', 'token', 'format', 'decrypt_only', 'context', 'region'],
    at,
    origin,
  );
  const decryptOnly = booleanAt(table, 'decrypt_only', origin, at) ?? false;
  const kinds = Object.keys(settings).filter(isKind);
  const [kind, ...others] = kinds.filter((name) => table[name] !== undefined);
  if (kind === undefined || others.length > 0)
    throw invalid(origin, at, 'exactly one of secret, kms, exec and vault is wanted');
  for (const name of Object.keys(table)) {
    const owner = kinds.find((other) => settings[other].includes(name));
    if (owner !== undefined && owner !== kind)
      throw invalid(origin, `${at}.${name}`, `it goes with ${owner}, and this key is ${kind}: take it out`);
  }
  const text = textAt(table, kind, origin, at) ?? '';
  switch (kind) {
    case 'secret': {
      const format = textAt(table, 'format', origin, at);
      if (format !== undefined && !isFormat(format))
        throw invalid(origin, `${at}.format`, 'one of raw, hex, base64 is wanted');
      const source = origin.source(text);
      return { kind, id, source, decryptOnly, ...(format === undefined ? {} : { format }) };
    }
    case 'exec':
      return { kind, id, decryptOnly, source: origin.source(`exec:${text.replace(/^exec:/, '')}`) };
    case 'vault':
      return vaultKey(id, text, textAt(table, 'token', origin, at), decryptOnly, origin, at);
    case 'kms': {
      const region = textAt(table, 'region', origin, at);
      const context = readContext(table, origin, at);
      const key = kmsKey(id, text, { context, decryptOnly, ...(region === undefined ? {} : { region }) });
      const problem = kmsProblem(key);
      if (problem !== undefined) throw invalid(origin, `${at}.kms`, problem);
      return key;
    }
  }
}

type Kind = Key['kind'];

/** What a key may say besides what it is: a setting that does nothing would be believed to do something. */
const settings: Readonly<Record<Kind, readonly string[]>> = {
  secret: ['format'],
  kms: ['context', 'region'],
  exec: [],
  vault: ['token'],
};

function isKind(name: string): name is Kind {
  return name in settings;
}

/** A KMS key from an ARN, key id or alias, or from the `awskms:` URI that temporal-proxy would be given. */
export function kmsKey(
  id: string,
  text: string,
  rest: { readonly context: Readonly<Record<string, string>>; readonly decryptOnly: boolean; readonly region?: string },
): KmsKey {
  const isUri = text.startsWith('awskms://');
  const key = isUri ? text.replace(/^awskms:\/\/\/?/, '').replace(/\?.*$/s, '') : text;
  const parameters = new URLSearchParams(isUri ? (text.split('?')[1] ?? '') : '');
  const context: Record<string, string> = {};
  for (const [name, value] of parameters) if (name.startsWith('context_')) context[name.slice(8)] = value;
  const region = rest.region ?? parameters.get('region') ?? /^arn:[\w-]+:kms:([\w-]+):/.exec(key)?.[1];
  const uri = isUri ? text : key.startsWith('arn:') ? `awskms:///${key}` : `awskms://${key}`;
  const { decryptOnly } = rest;
  return {
    kind: 'kms',
    id,
    key,
    uri,
    context: { ...context, ...rest.context },
    decryptOnly,
    ...(region === undefined ? {} : { region }),
  };
}

/** What is wrong with what names a KMS key; KMS itself would only say that it knows no such key. */
export function kmsProblem({ key, region }: KmsKey): string | undefined {
  const arn = /^arn:[\w-]+:kms:([\w-]+):\d+:(?:key|alias)\/\S+$/.exec(key);
  if (arn === null && !/^(?:alias\/\S+|[\w-]+)$/.test(key))
    return 'a key ARN, key id, alias/NAME or alias ARN of AWS KMS is wanted; for another key service there is exec';
  if (arn?.[1] !== undefined && region !== arn[1]) return `the ARN is of the region ${arn[1]}, not of ${region ?? ''}`;
  return undefined;
}

function vaultKey(
  id: string,
  url: string,
  token: string | undefined,
  decryptOnly: boolean,
  origin: Origin,
  at: string,
): Key {
  const parts = /^(https?:\/\/[^/]+)\/(?:v1\/)?(.+)\/keys\/([^/]+)$/.exec(url);
  const [, address = '', mount = '', key = ''] = parts ?? [];
  if (parts === null) throw invalid(origin, `${at}.vault`, 'https://HOST:8200/transit/keys/KEY is wanted');
  if (token === undefined) throw invalid(origin, at, 'vault needs token = REF');
  return { kind: 'vault', id, address, mount, key, token: origin.source(token), decryptOnly };
}

function readContext(table: TomlTable, origin: Origin, at: string): Record<string, string> {
  const context: Record<string, string> = {};
  for (const [name, value] of Object.entries(tableAt(table, 'context', origin, at) ?? {})) {
    if (typeof value !== 'string') throw invalid(origin, `${at}.context.${name}`, 'a text is wanted');
    context[name] = value;
  }
  return context;
}

function readLists(
  root: TomlTable,
  name: 'endpoints' | 'namespaces',
  keys: ReadonlyMap<string, Key>,
  origin: Origin,
): Map<string, readonly string[]> {
  const lists = new Map<string, readonly string[]>();
  for (const [owner, value] of Object.entries(tableAt(root, name, origin, 'keyring') ?? {})) {
    const at = `keyring.${name}.${owner}`;
    const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = ids.filter((id) => typeof id === 'string');
    if (texts.length !== ids.length || texts.length === 0) throw invalid(origin, at, 'a list of key ids is wanted');
    const missing = texts.find((id) => !keys.has(id));
    if (missing !== undefined) throw invalid(origin, at, `there is no key '${missing}'`);
    lists.set(owner, texts);
  }
  return lists;
}

function isFormat(text: string): text is KeyFormat {
  return text === 'raw' || text === 'hex' || text === 'base64';
}

function tableAt(table: TomlTable, name: string, origin: Origin, at: string): TomlTable | undefined {
  const value: unknown = table[name];
  return value === undefined ? undefined : asTable(value, origin, at === '' ? name : `${at}.${name}`);
}

function asTable(value: unknown, origin: Origin, at: string): TomlTable {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Date)
    throw invalid(origin, at, 'a table is wanted');
  return value as TomlTable;
}

function textAt(table: TomlTable, name: string, origin: Origin, at: string): string | undefined {
  const value: unknown = table[name];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(origin, `${at}.${name}`, 'a text is wanted');
}

function booleanAt(table: TomlTable, name: string, origin: Origin, at: string): boolean | undefined {
  const value: unknown = table[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalid(origin, `${at}.${name}`, 'true or false is wanted');
}

function refuseUnknown(table: TomlTable, known: readonly string[], at: string, origin: Origin): void {
  const unknown = Object.keys(table).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(origin, `${at}.${unknown}`, `not a setting; known are ${known.join(', ')}`);
}

function invalid(origin: Origin, at: string, what: string): NexusctlError {
  return new NexusctlError('KEYRING_INVALID', `${origin.path}: ${at}: ${what}`, {
    hint: 'docs/keyring.md shows a whole keyring',
  });
}
