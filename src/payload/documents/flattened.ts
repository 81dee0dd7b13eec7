import type { Batch } from '../walk/batch.ts';
import type { Clear } from '../walk/clear.ts';
import { makeClearLines } from './flattened-clear.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { decodeBase64 } from '../json/form.ts';
import { makePayload, type Payload } from '../model/payload.ts';
import type { OpenPosition, Place } from '../walk/place.ts';
import { makeOperations } from '../model/position.ts';
import { shorthandOf } from '../json/value.ts';

/**
 * The text of `temporal workflow show --detailed`: a line a scalar, sorted, so that a payload is a few lines with one
 * beginning: `input.payloads[0].data: BASE64`, `input.payloads[0].metadata.encoding: BASE64`. Null when there is none.
 */
export function readFlattened(bytes: Buffer): Batch | null {
  const places: Place[] = [];
  const clear: Clear[] = [];
  const operations = makeOperations();
  let event: OpenPosition = {};
  let inClear = makeClearLines();
  const group: { open: Group | null } = { open: null };
  const pathOf = ({ eventId }: OpenPosition): string => `$${eventId === undefined ? '' : `[${eventId}]`}`;
  const close = (): void => {
    const { open } = group;
    if (open?.hasEncoding === true && !/(^|\.)(searchAttributes|indexedFields)\./.test(open.path)) {
      const path = `${pathOf(event)}.${open.path}`;
      places.push({
        ...{ start: open.start, end: open.end, path, form: 'lines' },
        ...{ parts: null, list: null, failure: null, position: event },
      });
    }
    group.open = null;
  };
  const endEvent = (): void => {
    operations.complete(event, true);
    clear.push(...inClear.end(pathOf(event), event));
  };
  for (const { text, start, end } of linesOf(bytes)) {
    const heading = /^-+ \[(\d+)\] \w+ -+\s*$/.exec(text);
    const [, path, key] = payloadLine.exec(text) ?? [];
    if (path === undefined || path !== group.open?.path) close();
    if (heading !== null) {
      endEvent();
      inClear = makeClearLines();
      event = { eventId: heading[1] ?? '' };
      continue;
    }
    inClear.add(text);
    if (path !== undefined) {
      group.open ??= { path, start, end, hasEncoding: false };
      group.open.end = end;
      group.open.hasEncoding ||= key === 'encoding';
    } else capture(event, text);
  }
  close();
  endEvent();
  return places.length === 0 ? null : { bytes, places, clear };
}

/** Lines that belong to one payload. */
interface Group {
  readonly path: string;
  readonly start: number;
  end: number;
  hasEncoding: boolean;
}

const payloadLine = /^\s*(\S+?)\.(?:data|metadata\.(\S+)|externalPayloads\[\d+\]\.sizeBytes): \S*\s*$/;

/** The facts of an event; results name only the event that scheduled them. */
function capture(event: OpenPosition, text: string): void {
  const [, name, value = ''] = /^\s*(endpoint|service|operation|scheduledEventId): (.*?)\s*$/.exec(text) ?? [];
  if (name === 'endpoint') event.endpoint = value;
  if (name === 'service') event.service = value;
  if (name === 'operation') event.operation = value;
  if (name === 'scheduledEventId') event.scheduledEventId = value;
}

/** @throws NexusctlError PAYLOAD_MALFORMED */
export function payloadOfLines(lines: Buffer): Payload {
  const metadata: Record<string, Buffer> = Object.create(null) as Record<string, Buffer>;
  const sizes: bigint[] = [];
  let data: Buffer = Buffer.alloc(0);
  for (const { text } of linesOf(lines)) {
    const value = text.slice(text.indexOf(': ') + 2).trim();
    if (/\.externalPayloads\[\d+\]\.sizeBytes: /.test(text)) {
      if (/^\d{1,19}$/.test(value)) sizes.push(BigInt(value));
      continue;
    }
    const key = /\.metadata\.(\S+): /.exec(text)?.[1];
    const bytes = decodeBase64(value);
    if (bytes === null)
      throw new NexusctlError('PAYLOAD_MALFORMED', `${key === undefined ? 'data' : `metadata.${key}`} is not base64`);
    if (key === undefined) data = bytes;
    else metadata[key] = bytes;
  }
  return { ...makePayload(metadata, data), externalPayloads: sizes };
}

/** The same lines for another payload, or its value on one line. */
export function flattened(lines: Buffer, payload: Payload, readable: boolean): Buffer {
  const text = lines.toString('utf8');
  const [, before = ''] = /^(\s*\S+?)\.(?:data|metadata\.|externalPayloads\[)/.exec(text) ?? [];
  const value = readable ? shorthandOf(payload) : null;
  const ending = text.endsWith('\n') ? '\n' : '';
  if (value !== null) return Buffer.from(`${before}: ${value.replace(/\s*\n\s*/g, ' ')}${ending}`);
  const members = [...payload.metadata].map(([key, bytes]) => `${before}.metadata.${key}: ${bytes.toString('base64')}`);
  const data = payload.data.length === 0 ? [] : [`${before}.data: ${payload.data.toString('base64')}`];
  const sizes = payload.externalPayloads.map(
    (size, index) => `${before}.externalPayloads[${String(index)}].sizeBytes: ${String(size)}`,
  );
  return Buffer.from(`${[...data, ...sizes, ...members.sort()].join('\n')}${ending}`);
}

function* linesOf(bytes: Buffer): Generator<{ readonly text: string; readonly start: number; readonly end: number }> {
  for (let start = 0; start < bytes.length;) {
    const at = bytes.indexOf(0x0a, start);
    const end = at === -1 ? bytes.length : at + 1;
    yield { text: bytes.toString('utf8', start, end), start, end };
    start = end;
  }
}
