import { refusal } from './refusal.ts';

interface PageRequest {
  readonly pageSize?: number | null;
  readonly pageToken?: string | null;
}

interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

const defaultPageSize = 100;
const largestPageSize = 1000;

/**
 * One page of a list that ascends by key. A token names the last key that was given, so a list that changes between
 * two pages neither repeats nor loses what stays.
 */
export function page<T>(all: readonly T[], keyOf: (item: T) => string, request: PageRequest): Page<T> {
  const size = request.pageSize ?? 0;
  if (size < 0 || size > largestPageSize)
    throw refusal('INVALID_ARGUMENT', `page size must be between 0 and ${String(largestPageSize)}`);
  const after = request.pageToken ? readToken(request.pageToken) : undefined;
  const sorted = [...all].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((item) => compare(keyOf(item), after) > 0);
  const items = rest.slice(0, size === 0 ? defaultPageSize : size);
  const last = items.at(-1);
  return { items, nextPageToken: last === undefined || items.length === rest.length ? '' : makeToken(keyOf(last)) };
}

const prefix = 'after:';

function makeToken(key: string): string {
  return Buffer.from(prefix + key).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(prefix)) throw refusal('INVALID_ARGUMENT', 'invalid page token');
  return text.slice(prefix.length);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
