import type { Execution } from './documents/histories.ts';
import type { Handled } from './handled.ts';
import { valueOf } from './json/value.ts';

/** The JSON text of one entry of `payloads[]`; the value stands in it as it was written, digit for digit. */
export function reportJson(handled: Handled, indent: number, execution?: Execution): string {
  const { path, opened } = handled;
  const { status, layers, payload, error } = opened;
  const value = payload === null || status === 'failed' ? null : valueOf(payload);
  const entry = {
    ...execution,
    path,
    status,
    layers,
    ...(value === null ? {} : 'json' in value ? { value: placeholder } : { base64: value.bytes.toString('base64') }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint } }),
  };
  const text = JSON.stringify(entry, null, indent);
  return value !== null && 'json' in value ? text.replace(`"${placeholder}"`, () => value.json) : text;
}

const placeholder = 'nexusctl:value:5f0c6e3a';

export interface Summary {
  decoded: number;
  unchanged: number;
  failed: number;
}

export function count(summary: Summary, handled: Handled): void {
  const { status } = handled.opened;
  if (status === 'encrypted' || status === 'decoded') summary.decoded += 1;
  else summary[status] += 1;
}
