import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { SecretSource } from '../profile/profile.ts';
import type { Grant, Permission } from './access.ts';

/** Who may ask a codec server for what: the file of `codec-server start --access` (docs/codec-server.md). */
export interface AccessFile {
  readonly tokens: readonly {
    readonly subject: string;
    readonly roles: readonly string[];
    readonly source: SecretSource;
  }[];
  readonly jwt?: JwtSettings;
  readonly grants: readonly Grant[];
}

export interface JwtSettings {
  /** An https URL or an absolute path. */
  readonly jwks: { readonly url: string } | { readonly path: string };
  /** PEM of the CA that the JWKS host is verified with; absent: Node's own roots. */
  readonly ca?: SecretSource;
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The claim that becomes the subject of audit lines and rate limits. */
  readonly subjectClaim: string;
  readonly rolesClaim: string;
}

type Table = Readonly<Record<string, unknown>>;

/**
 * @param document the parsed TOML; @param base the folder of the file, absolute: relative paths start there
 * @throws NexusctlError CONFIG_FILE_INVALID naming the key: a typo must never widen or drop a rule
 */
export function readAccessFile(document: Table, path: string, base: string, mayRun: boolean): AccessFile {
  const at = reader(path);
  at.known(document, '', ['tokens', 'jwt', 'grants']);
  const source = (reference: string): SecretSource => ({ kind: 'reference', reference, base, mayRun });
  const tokens = at.tables(document, 'tokens').map((table, index) => {
    const where = `tokens[${String(index)}]`;
    at.known(table, where, ['subject', 'token', 'roles']);
    const subject = at.text(table, 'subject', where);
    return { subject, roles: at.texts(table, 'roles', where) ?? [], source: source(at.text(table, 'token', where)) };
  });
  const grants = at.tables(document, 'grants').map((table, index) => readGrant(table, `grants[${String(index)}]`, at));
  if (grants.length === 0) throw at.invalid('it grants nothing: without a [[grants]] nobody may decode');
  const jwt = document['jwt'];
  if (jwt === undefined && tokens.length === 0)
    throw at.invalid('it names no way to authenticate: [jwt] or [[tokens]]');
  if (jwt === undefined) return { tokens, grants };
  return { tokens, grants, jwt: readJwt(at.table(jwt, 'jwt'), at, source, base) };
}

function readGrant(table: Table, where: string, at: Reader): Grant {
  at.known(table, where, ['subject', 'role', 'claim', 'value', 'namespaces', 'allow', 'keys']);
  const allow = at.texts(table, 'allow', where) ?? ['decode'];
  const wrong = allow.find((one) => one !== 'decode' && one !== 'encode');
  if (wrong !== undefined) throw at.invalid(`${where}.allow has '${wrong}'; it may be decode or encode`);
  const namespaces = at.texts(table, 'namespaces', where) ?? [];
  if (namespaces.length === 0) throw at.invalid(`${where}.namespaces is empty`);
  if (namespaces.some((name) => name.includes('*')))
    throw at.invalid(`${where}.namespaces has a pattern; namespaces are listed one by one`);
  const keys = at.texts(table, 'keys', where);
  return { who: readWho(table, where, at), namespaces, allow: new Set(allow as Permission[]), ...(keys && { keys }) };
}

function readWho(table: Table, where: string, at: Reader): Grant['who'] {
  const named = ['subject', 'role', 'claim'].filter((key) => table[key] !== undefined);
  if (named.length !== 1) throw at.invalid(`${where} needs exactly one of subject, role, claim`);
  const subjects = at.texts(table, 'subject', where);
  if (subjects !== undefined) return { kind: 'subject', values: subjects };
  const roles = at.texts(table, 'role', where);
  if (roles !== undefined) return { kind: 'role', values: roles };
  const values = at.texts(table, 'value', where);
  if (values === undefined || values.length === 0)
    throw at.invalid(`${where}.value is missing: what must the claim be?`);
  return { kind: 'claim', claim: at.text(table, 'claim', where), values };
}

function readJwt(table: Table, at: Reader, source: (reference: string) => SecretSource, base: string): JwtSettings {
  at.known(table, 'jwt', ['jwks', 'jwks_ca', 'issuer', 'audience', 'subject_claim', 'roles_claim']);
  const jwks = at.text(table, 'jwks', 'jwt');
  const audience = at.texts(table, 'audience', 'jwt') ?? [];
  if (audience.length === 0) throw at.invalid('jwt.audience is missing: tokens for other services would be accepted');
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(jwks)?.[1]?.toLowerCase();
  if (scheme !== undefined && (scheme !== 'https' || !URL.canParse(jwks)))
    throw at.invalid('jwt.jwks must be an https URL or a file');
  const path = jwks.startsWith('/') ? jwks : `${base}/${jwks}`;
  return {
    jwks: scheme === undefined ? { path } : { url: jwks },
    ...(table['jwks_ca'] === undefined ? {} : { ca: source(at.text(table, 'jwks_ca', 'jwt')) }),
    issuer: at.text(table, 'issuer', 'jwt'),
    audience,
    subjectClaim: table['subject_claim'] === undefined ? 'sub' : at.text(table, 'subject_claim', 'jwt'),
    rolesClaim: table['roles_claim'] === undefined ? 'roles' : at.text(table, 'roles_claim', 'jwt'),
  };
}

type Reader = ReturnType<typeof reader>;

function reader(path: string) {
  const invalid = (what: string): NexusctlError =>
    new NexusctlError('CONFIG_FILE_INVALID', `${path}: ${what}`, {
      hint: 'see docs/codec-server.md',
      details: { path },
    });
  const table = (value: unknown, where: string): Table => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${where} is not a table`);
    return value as Table;
  };
  return {
    invalid,
    table,
    tables: (from: Table, key: string): readonly Table[] => {
      const value = from[key] ?? [];
      if (!Array.isArray(value)) throw invalid(`${key} is a list: write [[${key}]]`);
      return value.map((item, index) => table(item, `${key}[${String(index)}]`));
    },
    text: (from: Table, key: string, where: string): string => {
      const value = from[key];
      if (typeof value !== 'string' || value === '') throw invalid(`${where}.${key} is missing or not a text`);
      return value;
    },
    texts: (from: Table, key: string, where: string): readonly string[] | undefined => {
      const value = from[key];
      if (value === undefined) return undefined;
      const list: unknown[] = Array.isArray(value) ? value : [value];
      const texts = list.filter((item) => typeof item === 'string' && item !== '');
      if (texts.length !== list.length) throw invalid(`${where}.${key} has an empty value or one that is no text`);
      return texts as string[];
    },
    known: (from: Table, where: string, keys: readonly string[]): void => {
      const unknown = Object.keys(from).find((key) => !keys.includes(key));
      if (unknown !== undefined)
        throw invalid(`unknown key '${where === '' ? '' : `${where}.`}${unknown}'; known are ${keys.join(', ')}`);
    },
  };
}

/**
 * Namespaces that are granted but for which no key is named anywhere: the mapping to keys is required, so that nobody
 * is given all keys by an omission.
 */
export function namespacesWithoutKeys(
  grants: readonly Grant[],
  byNamespace: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const open = grants.filter(({ keys }) => keys === undefined).flatMap(({ namespaces }) => namespaces);
  return [...new Set(open)].filter((name) => !byNamespace.has(name));
}
