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

/** Why a browser stops, and what the server has to do. */
export interface Refusal {
  readonly why: string;
  readonly fix: string;
}

/**
 * Why a browser would not let a page read an answer; null when it would.
 * https://fetch.spec.whatwg.org/#cors-check
 */
export function corsCheck(headers: ReadonlyMap<string, string>, origin: string, credentials: boolean): Refusal | null {
  const allowed = headers.get('access-control-allow-origin');
  const right = `answer with Access-Control-Allow-Origin: ${origin}`;
  if (allowed === undefined)
    return { why: 'it has no Access-Control-Allow-Origin', fix: `${right} (codec-server start --origin ${origin})` };
  if (allowed === '*')
    return credentials
      ? { why: "Access-Control-Allow-Origin is '*', which does not count with credentials", fix: right }
      : null;
  if (allowed !== origin) return otherOrigin(allowed, origin, right);
  if (credentials && headers.get('access-control-allow-credentials') !== 'true')
    return {
      why: "Access-Control-Allow-Credentials is not 'true'",
      fix: 'answer with Access-Control-Allow-Credentials: true, in lower case',
    };
  return null;
}

function otherOrigin(allowed: string, origin: string, right: string): Refusal {
  const why = `Access-Control-Allow-Origin is '${allowed}', the page is '${origin}'`;
  if (allowed.split(',').length > 1)
    return {
      why: `${why}: only one origin may stand there`,
      fix: `${right}, once: a proxy before it may add the header again`,
    };
  if (allowed.replace(/\/+$/, '') === origin)
    return { why: `${why}: an origin never ends with a slash`, fix: `${right}, without a slash at its end` };
  return { why, fix: `${right} (codec-server start --origin ${origin})` };
}

/** Why a browser would stop after this answer to its preflight; null when it would go on. */
export function preflightCheck(
  status: number,
  headers: ReadonlyMap<string, string>,
  origin: string,
  wanted: readonly string[],
  credentials: boolean,
): Refusal | null {
  const refused = corsCheck(headers, origin, credentials);
  if (status < 200 || status > 299)
    return {
      why: `HTTP ${String(status)}${refused === null ? ': only 200 to 299 count' : `, and ${refused.why}`}`,
      fix: status === 403 && refused !== null ? refused.fix : statusFix(status),
    };
  if (refused !== null) return { why: `HTTP ${String(status)}, and ${refused.why}`, fix: refused.fix };
  const list = (headers.get('access-control-allow-headers') ?? '').split(',').map((name) => name.trim().toLowerCase());
  const missing = wanted.filter(
    (name) => !list.includes(name) && (credentials || name.startsWith('authorization') || !list.includes('*')),
  );
  if (missing.length === 0) return null;
  return {
    why: `Access-Control-Allow-Headers lacks ${missing.join(', ')}`,
    fix: `answer the preflight with Access-Control-Allow-Headers: ${wanted.join(', ')}`,
  };
}

function statusFix(status: number): string {
  if (status === 401) return 'answer OPTIONS before anybody is authenticated';
  if (status >= 300 && status < 400) return 'answer OPTIONS itself: no preflight follows a redirect';
  return 'answer OPTIONS at /decode with 204 and the CORS headers';
}
