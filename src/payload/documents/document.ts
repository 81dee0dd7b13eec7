import { isUtf8 } from 'node:buffer';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { readFields, wireType, type Field } from '../../protobuf/wire.ts';
import type { Batch } from '../walk/batch.ts';
import { isCliText, readText } from './cli-text.ts';
import { readFlattened } from './flattened.ts';
import { makeInflow, type Inflow } from './inflow.ts';
import { readJson } from './input.ts';
import { decodeBase64 } from '../json/form.ts';
import { isText, opensJson, opensScalar } from '../json/opening.ts';
import { skipSpace } from '../json/scan.ts';
import { limits } from '../model/limits.ts';
import { decodePayload } from '../model/payload.ts';
import {
  dataBlobType,
  exportedType,
  exportType,
  historyResponseType,
  historyType,
  payloadsType,
  payloadType,
} from '../schema/schema.ts';
import type { InputForm } from '../walk/place.ts';

/** A history as a server gives it: messages of type History, each going on where the one before it ended. */
export interface Pages {
  readonly pages: AsyncIterable<Buffer>;
  /** Called for fields that this version does not know: they are left out of the JSON. */
  readonly unknown: () => void;
}

/** What was given to read. */
export type Document =
  | {
      readonly kind: 'json';
      readonly batches: AsyncIterable<Batch>;
      /** It came as base64 of JSON. */
      readonly base64?: true;
    }
  /** Text with payloads in it, e.g. what `temporal workflow show` prints. */
  | { readonly kind: 'text'; readonly batches: AsyncIterable<Batch>; readonly base64?: false }
  | { readonly kind: 'proto'; readonly type: string; readonly bytes: Buffer; readonly base64: boolean }
  /** From a server. */
  | (Pages & { readonly kind: 'pages'; readonly base64?: false });

/**
 * Recognises what is read by its first bytes: JSON, base64 of JSON or proto, a message of the protocol (Payload, Payloads,
 * History, a history response, a Cloud export), or text with payloads in it.
 * @throws NexusctlError INPUT_INVALID when it is none of these
 */
export async function readDocument(source: AsyncIterable<Uint8Array | string>, form: InputForm): Promise<Document> {
  const inflow = makeInflow(source);
  await inflow.more();
  const bytes = inflow.bytes();
  if (bytes.subarray(0, 3).equals(gzipMark))
    throw new NexusctlError('INPUT_INVALID', 'the input is compressed with gzip', {
      hint: 'unpack it: gunzip -c FILE | nexusctl payload …',
    });
  if (isUtf16(bytes))
    throw new NexusctlError('INPUT_INVALID', 'the input is UTF-16, as > of PowerShell 5 writes it; JSON is UTF-8', {
      hint: 'write it with `| Out-File -Encoding utf8 FILE`, or convert it: iconv -f UTF-16 -t UTF-8 FILE',
    });
  if (!bytes.subarray(0, 3).equals(byteOrderMark)) return readUnmarked(inflow, form);
  inflow.drop(3);
  const document = await readUnmarked(inflow, form);
  if (document.kind === 'proto' || document.kind === 'pages' || document.base64 === true) return document;
  return { ...document, batches: behindMark(document.batches) };
}

/** RFC 1952: its two bytes, and the only method that there is. */
const gzipMark = Buffer.from([0x1f, 0x8b, 8]);

/** Its mark, and `{`, `[` or `"` without one, in both orders of bytes. */
const utf16Openings: ReadonlySet<number> = new Set([0xfffe, 0xfeff, 0x7b00, 0x007b, 0x5b00, 0x005b, 0x2200, 0x0022]);

/** Windows editors write it. */
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

async function* behindMark(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  yield { bytes: byteOrderMark, places: [] };
  yield* batches;
}

function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  return utf16Openings.has(mark);
}

async function readUnmarked(inflow: Inflow, form: InputForm): Promise<Document> {
  const bytes = inflow.bytes();
  const isJson = skipSpace(bytes, 0) === bytes.length || opensJson(bytes) || opensScalar(bytes);
  return isJson ? { kind: 'json', batches: readJson(inflow, form) } : recognise(await readAll(inflow), form);
}

function recognise(bytes: Buffer, form: InputForm): Document {
  const type = protoType(bytes);
  if (type !== null) return { kind: 'proto', type, bytes, base64: false };
  const inner = wholeBase64(bytes);
  if (inner !== null) {
    const found = protoType(inner);
    if (found !== null) return { kind: 'proto', type: found, bytes: inner, base64: true };
    const opening = inner[skipSpace(inner, 0)];
    if (opening === 0x7b || opening === 0x5b)
      return { kind: 'json', batches: readJson(makeInflow(one(inner)), form), base64: true };
  }
  const inLines = isText(bytes) ? readText(bytes, form) : null;
  const text = inLines ?? (bytes.includes('.metadata.encoding: ') ? readFlattened(bytes) : null);
  if (text !== null) return { kind: 'text', batches: one(text) };
  if (isText(bytes) && isCliText(bytes))
    throw new NexusctlError('INPUT_INVALID', 'this text of the temporal CLI has no whole payload in it', {
      hint: 'the JSON has them all: temporal workflow show -w ID -o json',
    });
  // Whoever says that the values are plain JSON is told where they are not.
  if (form === 'shorthand' && isText(bytes)) return { kind: 'json', batches: readJson(makeInflow(one(bytes)), form) };
  throw new NexusctlError('INPUT_INVALID', 'the input is neither JSON, nor base64, nor a message that holds payloads', {
    hint: 'give a Payload, Payloads, a history (JSON or .bin), a Cloud export, or a codec server body',
  });
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of one
async function* one<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function readAll(inflow: Inflow): Promise<Buffer> {
  while (await inflow.more());
  return inflow.bytes();
}

function wholeBase64(bytes: Buffer): Buffer | null {
  const text = bytes.toString('latin1').replace(/\s+/g, '');
  return text.length >= 4 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? decodeBase64(text) : null;
}

/** The message that the bytes are, told by the shape of their fields; null when they are none that holds payloads. */
function protoType(bytes: Buffer): string | null {
  if (bytes.length === 0 || bytes.length > limits.documentBytes) return null;
  if (isPayloadMessage(bytes)) return payloadType;
  if (everyField(bytes, 1, mayBePayload) && hasField(bytes, 1, isPayloadMessage)) return payloadsType;
  if (isHistory(bytes)) return historyType;
  if (isBareBlob(bytes)) return dataBlobType;
  if (hasField(bytes, 1, isHistory) || hasField(bytes, 2, isDataBlob)) return historyResponseType;
  if (everyField(bytes, 1, isWorkflow)) return exportType;
  if (whole(() => isExported(bytes))) return exportedType;
  return null;
}

function isWorkflow(item: Buffer): boolean {
  return hasField(item, 1, isHistory);
}

/** Workflows, and at least one activity: DescribeActivityExecutionResponse { run_id = 1, info = 2 { activity_id = 1 … } … } */
function isExported(bytes: Buffer): boolean {
  const fields = readFields(bytes);
  return (
    fields.some(({ number }) => number === 2) &&
    fields.every(
      ({ number, wireType: type, value }) =>
        type === wireType.bytes && (number === 1 ? isWorkflow(value) : number === 2 && isActivity(value)),
    )
  );
}

function isActivity(item: Buffer): boolean {
  return everyField(item, 1, (answer) =>
    hasField(answer, 2, (info) => hasField(info, 1, isId) && hasField(info, 3, isNamed)),
  );
}

/** ActivityType { name = 1 } */
function isNamed(type: Buffer): boolean {
  return everyField(type, 1, isId);
}

function isId(bytes: Buffer): boolean {
  return bytes.length > 0 && isUtf8(bytes);
}

function isPayloadMessage(bytes: Buffer): boolean {
  return whole(() => mayBePayload(bytes) && decodePayload(bytes).metadata.has('encoding'));
}

function mayBePayload(bytes: Buffer): boolean {
  return readFields(bytes).every(({ number, wireType: type }) => number <= 3 && type === wireType.bytes);
}

function isHistory(bytes: Buffer): boolean {
  return everyField(bytes, 1, (event) => {
    const fields = readFields(event);
    return [1, 3].every((number) =>
      fields.some((field) => field.number === number && field.wireType === wireType.varint),
    );
  });
}

function isDataBlob(bytes: Buffer): boolean {
  return readFields(bytes).some(isData);
}

function isData(field: Field | undefined): boolean {
  return field?.number === 2 && field.wireType === wireType.bytes && isHistory(field.value);
}

/** DataBlob { encoding_type = 1 (1: proto3), data = 2 } and nothing around it. */
function isBareBlob(bytes: Buffer): boolean {
  return whole(() => {
    const [type, data, ...more] = readFields(bytes);
    return type?.number === 1 && type.wireType === wireType.varint && more.length === 0 && isData(data);
  });
}

function everyField(bytes: Buffer, number: number, fits: (value: Buffer) => boolean): boolean {
  return whole(() => {
    const fields = readFields(bytes);
    return (
      fields.length > 0 &&
      fields.every(
        (field) => field.number === number && field.wireType === wireType.bytes && whole(() => fits(field.value)),
      )
    );
  });
}

function hasField(bytes: Buffer, number: number, fits: (value: Buffer) => boolean): boolean {
  return whole(() =>
    readFields(bytes).some(
      (field) => field.number === number && field.wireType === wireType.bytes && whole(() => fits(field.value)),
    ),
  );
}

/** False for what is no message at all. */
function whole(test: () => boolean): boolean {
  try {
    return test();
  } catch (error) {
    if (error instanceof NexusctlError) return false;
    throw error;
  }
}
