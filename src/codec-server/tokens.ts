import { createHash, timingSafeEqual } from 'node:crypto';
import type { Identity } from './access.ts';

export interface StaticToken {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly secret: string;
}

/** Checks the token of a request. Null: nobody that is known. */
export type Authenticate = (token: string) => Identity | null | Promise<Identity | null>;

/**
 * Static tokens, compared in constant time: every digest is compared, whichever fits. Digests make the lengths equal.
 */
export function staticTokens(tokens: readonly StaticToken[]): (token: string) => Identity | null {
  const known = tokens.map(({ subject, roles, secret }) => ({
    identity: { subject, roles, claims: new Map() } satisfies Identity,
    digest: digestOf(secret),
  }));
  return (token) => {
    const given = digestOf(token);
    let found: Identity | null = null;
    for (const { identity, digest } of known) if (timingSafeEqual(given, digest)) found = identity;
    return found;
  };
}

/** Compares with a secret in constant time; only its length can be told. */
export function sameSecret(secret: string): (given: string) => boolean {
  const known = Buffer.from(secret);
  return (given) => {
    const bytes = Buffer.from(given);
    return bytes.length === known.length && timingSafeEqual(bytes, known);
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Whether a token can hold 128 bits: its length times what its alphabet can carry. A passphrase of words can still be
 * weak; `openssl rand -hex 32` makes a good one.
 */
export function isLongEnough(token: string): boolean {
  const alphabet = /^[0-9a-f]*$/i.test(token) ? 4 : 6;
  return Buffer.byteLength(token) * alphabet >= 128 && new Set(token).size >= 8;
}

/**
 * The token of `Authorization: Bearer TOKEN`; null when there is none. `Bearer undefined` is what the Web UI sends when
 * it is told to pass a token on and has none.
 */
export function bearerToken(headers: readonly string[]): string | null {
  const [header, second] = headers;
  if (header === undefined || second !== undefined) return null;
  const token = /^Bearer +([^\s,]+)$/i.exec(header)?.[1];
  return token === undefined || token === 'undefined' || token === 'null' ? null : token;
}
