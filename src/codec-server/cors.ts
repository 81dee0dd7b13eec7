import type { Headers } from './request.ts';

const allowed = [
  'Access-Control-Allow-Methods',
  'POST, OPTIONS',
  // Authorization-Extras is what the Web UI adds when it passes the user's token on.
  'Access-Control-Allow-Headers',
  'Content-Type, X-Namespace, Authorization, Authorization-Extras',
  'Access-Control-Max-Age',
  '600',
] as const;

/**
 * The CORS headers of an answer to this origin: the exact origin, never `*`, because credentials may come with it.
 * They stand on errors too: without them the browser hides the status from the page.
 */
export function corsHeaders(origin: string | undefined): readonly string[] {
  if (origin === undefined) return vary;
  return ['Access-Control-Allow-Origin', origin, 'Access-Control-Allow-Credentials', 'true', ...vary];
}

const vary: readonly string[] = ['Vary', 'Origin'];

export function preflightHeaders(origin: string, headers: Headers): readonly string[] {
  const network = headers.requestsPrivateNetwork ? ['Access-Control-Allow-Private-Network', 'true'] : [];
  return [...corsHeaders(origin), ...allowed, ...network];
}

export function isPreflight(method: string, headers: Headers): boolean {
  return method === 'OPTIONS' && headers.origin.length > 0 && headers.requestedMethod !== undefined;
}

/** `null` when the request has no origin, undefined when it has one that is not listed (or several). */
export function listedOrigin(headers: Headers, origins: ReadonlySet<string>): string | null | undefined {
  const [origin, second] = headers.origin;
  if (origin === undefined) return null;
  return second === undefined && origins.has(origin) ? origin : undefined;
}

/**
 * An origin as browsers send it: scheme, host and port, lower case, no path; null when the text is none. `*` and
 * `null` are none: any page could send them.
 */
export function parseOrigin(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { origin, pathname, search, hash, username } = new URL(text);
  return pathname === '/' && search === '' && hash === '' && username === '' && !text.includes('*') ? origin : null;
}
