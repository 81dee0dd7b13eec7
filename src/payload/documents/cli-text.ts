import type { Batch } from '../walk/batch.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { skipSpace } from '../json/scan.ts';
import type { InputForm, Walk } from '../walk/place.ts';
import { makeOperations } from '../model/position.ts';
import { walkPayload } from '../walk/payload.ts';
import { walkRoot } from '../walk/root.ts';

/**
 * Text with JSON payloads in its lines, such as what the temporal CLI prints; null when there is none. A result of the CLI
 * may be in shorthand: it is the value in the line above its encoding.
 */
export function readText(bytes: Buffer, form: InputForm): Batch | null {
  const walk: Walk = { places: [], operations: makeOperations(), form };
  const inFull: Walk = { ...walk, form: 'full' };
  const results = new Set<number>();
  for (const { index, 1: name = '' } of bytes.toString('latin1').matchAll(resultLine)) results.add(index + name.length);
  const starts = [...results, ...inlinePayloads(bytes)].sort((a, b) => a - b);
  let from = 0;
  for (const at of starts) {
    if (at < from) continue;
    const lineEnd = bytes.indexOf('\n', at);
    const line = lineEnd === -1 ? bytes : bytes.subarray(0, lineEnd);
    const end = results.has(at)
      ? attempt(walk, () => wholeLine(line, walkPayload(walk, line, at, '$', {}, 0)))
      : attempt(walk, () => walkRoot(inFull, line, at, '$'));
    from = end ?? from;
  }
  return walk.places.length === 0 ? null : { bytes, places: walk.places };
}

/** Of several payloads in full, each is found by itself. */
const resultLine =
  /^([ \t]*Result[ \t]+)(?!\{"payloads":\[\{"metadata")\S.*\r?\n[ \t]*ResultEncoding[ \t]+\S+[ \t]*\r?$/gm;

function* inlinePayloads(bytes: Buffer): Generator<number> {
  for (let at = bytes.indexOf('{"metadata"'); at !== -1; at = bytes.indexOf('{"metadata"', at + 1)) yield at;
}

/** @returns null, with nothing noted, when it is no JSON */
function attempt({ places }: Walk, walk: () => number): number | null {
  const mark = places.length;
  try {
    return walk();
  } catch (error) {
    if (!(error instanceof NexusctlError)) throw error;
    places.length = mark;
    return null;
  }
}

function wholeLine(line: Buffer, end: number): number {
  if (skipSpace(line, end) < line.length) throw new NexusctlError('INPUT_INVALID', 'more than a value');
  return end;
}

/** Whether a text is the temporal CLI's. */
export function isCliText(bytes: Buffer): boolean {
  return cliHeading.test(bytes.toString('latin1'));
}

const cliHeading =
  /^(?:\x1b\[\d+m)?(?:Running execution:|Progress:|Results:|-{15} \[\d+\] \w+ -{15}|[ \t]*ResultEncoding[ \t]+\S+)/m;
