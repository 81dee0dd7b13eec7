/** What an API key says about itself, if it is a JWT; nothing is verified, nothing of it is ever printed. */
export interface TokenClaims {
  readonly expires?: Date;
  readonly notBefore?: Date;
  readonly issuedAt?: Date;
  readonly issuer?: string;
  readonly account?: string;
  /** Of `permissions`, each NAMESPACE:ROLE; `temporal-system` stands for the whole cluster. */
  readonly namespaces?: readonly string[];
}

/** `jwt`: readable; `broken`: it begins like a JWT and is none; `opaque`: it is something else. */
export type TokenShape =
  { readonly kind: 'jwt'; readonly claims: TokenClaims } | { readonly kind: 'broken' | 'opaque' };

export function tokenShape(key: string): TokenShape {
  const parts = key.split('.');
  const [header, body] = parts.map(decode);
  if (parts.length === 3 && isRecord(header) && isRecord(body) && ('alg' in header || 'typ' in header))
    return { kind: 'jwt', claims: claimsOf(body) };
  return { kind: key.startsWith('eyJ') ? 'broken' : 'opaque' };
}

function claimsOf(body: Readonly<Record<string, unknown>>): TokenClaims {
  const issuer = body['iss'];
  const account = body['account_id'] ?? body['accountId'];
  const permissions = body['permissions'];
  const namespaces = Array.isArray(permissions)
    ? permissions.flatMap((permission) => (typeof permission === 'string' ? [permission.split(':')[0] ?? ''] : []))
    : undefined;
  return {
    ...dateOf('expires', body['exp']),
    ...dateOf('notBefore', body['nbf']),
    ...dateOf('issuedAt', body['iat']),
    ...(typeof issuer === 'string' ? { issuer } : {}),
    ...(typeof account === 'string' ? { account } : {}),
    ...(namespaces === undefined ? {} : { namespaces }),
  };
}

function dateOf<K extends string>(name: K, seconds: unknown): Readonly<Partial<Record<K, Date>>> {
  const valid = typeof seconds === 'number' && seconds > 0 && seconds < 8e12;
  return (valid ? { [name]: new Date(seconds * 1000) } : {}) as Readonly<Partial<Record<K, Date>>>;
}

function decode(part: string): unknown {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(part)) return undefined;
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
