import { makeByteCache } from '../model/byte-cache.ts';
import { stringAt } from './scan.ts';

/** The key of a JSON member in the forms in which it is asked for. */
export interface JsonKey {
  readonly name: string;
  /** The schema's spelling: `start_to_close_timeout` is `startToCloseTimeout`. */
  readonly jsonName: string;
  /** How it continues a path: `.name` or `["odd name"]`. */
  readonly segment: string;
}

const keys = makeByteCache<JsonKey>(1024, 64);

/** The key at `start` to `end`, quotes included. Documents repeat few keys many times: each is read once. */
export function jsonKey(bytes: Buffer, start: number, end: number): JsonKey {
  const known = keys.get(bytes, start, end);
  if (known !== undefined) return known;
  const name = stringAt(bytes, { start, end });
  const key = { name, jsonName: camelCase(name), segment: segmentOf(name) };
  keys.set(bytes, start, end, key);
  return key;
}

function segmentOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** The schema's spelling of a name. */
export function camelCase(name: string): string {
  return name.includes('_') ? name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase()) : name;
}
