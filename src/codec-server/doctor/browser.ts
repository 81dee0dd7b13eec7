import { isLoopbackHost } from '../../connectivity/address.ts';

/** Where an address lives, as browsers tell it (WICG Local Network Access). */
export type AddressSpace = 'loopback' | 'local' | 'public';

export function addressSpace(address: string): AddressSpace {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();
  if (isLoopbackHost(plain)) return 'loopback';
  const [a = 0, b = 0] = plain.split('.').map(Number);
  const isV4 = /^\d+(?:\.\d+){3}$/.test(plain);
  if (isV4)
    return a === 10 ||
      (a === 172 && b >= 16 && b <= 31) ||
      (a === 192 && b === 168) ||
      (a === 169 && b === 254) ||
      (a === 100 && b >= 64 && b <= 127)
      ? 'local'
      : 'public';
  return /^(?:f[cd]|fe[89ab])/.test(plain) ? 'local' : 'public';
}

const publicness: Readonly<Record<AddressSpace, number>> = { loopback: 0, local: 1, public: 2 };

/** Whether a page from `page` may reach `server` only with the user's permission. */
export function needsPermission(page: AddressSpace, server: AddressSpace): boolean {
  return publicness[page] > publicness[server];
}

/** Whether browsers treat the page as secure: only such a page may even ask for that permission. */
export function isSecureContext(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || isLoopbackHost(hostname) || hostname.endsWith('.localhost');
}

/** A page over https may not call http, except on this machine. */
export function isMixedContent(origin: string, url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return new URL(origin).protocol === 'https:' && protocol === 'http:' && !isLoopbackHost(hostname);
}

/**
 * Why a browser would not let a page read an answer; null when it would.
 * https://fetch.spec.whatwg.org/#cors-check
 */
export function corsCheck(headers: ReadonlyMap<string, string>, origin: string, credentials: boolean): string | null {
  const allowed = headers.get('access-control-allow-origin');
  if (allowed === undefined) return 'it has no Access-Control-Allow-Origin';
  if (allowed === '*')
    return credentials ? "Access-Control-Allow-Origin is '*', which does not count with credentials" : null;
  if (allowed !== origin)
    return `Access-Control-Allow-Origin is '${allowed}', the page is '${origin}'${slashHint(allowed, origin)}`;
  if (credentials && headers.get('access-control-allow-credentials') !== 'true')
    return "Access-Control-Allow-Credentials is not 'true'";
  return null;
}

function slashHint(allowed: string, origin: string): string {
  if (allowed.includes(',')) return ': only one origin may stand there';
  return allowed.replace(/\/+$/, '') === origin ? ': an origin never ends with a slash' : '';
}

/** Why a browser would stop after this answer to its preflight; null when it would go on. */
export function preflightCheck(
  status: number,
  headers: ReadonlyMap<string, string>,
  origin: string,
  wanted: readonly string[],
  credentials: boolean,
): string | null {
  const refused = corsCheck(headers, origin, credentials);
  if (refused !== null) return `HTTP ${String(status)}, and ${refused}`;
  if (status < 200 || status > 299) return `HTTP ${String(status)}: only 200 to 299 count`;
  const list = (headers.get('access-control-allow-headers') ?? '').split(',').map((name) => name.trim().toLowerCase());
  const missing = wanted.filter(
    (name) => !list.includes(name) && (credentials || name.startsWith('authorization') || !list.includes('*')),
  );
  if (missing.length > 0) return `Access-Control-Allow-Headers lacks ${missing.join(', ')}`;
  return null;
}
