import { jsonKey } from '../json/key.ts';
import {
  eachElement,
  eachMember,
  firstMember,
  isString,
  keyEnd,
  nextMember,
  openBrace,
  openBracket,
  skipSpace,
  skipValue,
  stringAt,
  untilTruncated,
  valueStart,
} from '../json/scan.ts';
import { hasPayloadShape } from './payload-shape.ts';
import { addPlace, type Walk } from './place.ts';
import {
  dataBlobType,
  exportedType,
  exportType,
  historyEventType,
  historyResponseType,
  historyType,
  payloadsType,
} from '../schema/schema.ts';
import { walkJson } from './json.ts';
import { walkPayload } from './payload.ts';

/**
 * Collects the payloads of one whole value, whatever kind of document it is. What holds none, and is no document that
 * may hold some, is itself a value for a payload.
 * @returns where it ends
 */
export function walkRoot(walk: Walk, bytes: Buffer, at: number, path: string): number {
  const value = (): number => addPlace(walk, 'value', at, skipValue(bytes, at), path, {});
  const list = (): number => walkJson(walk, bytes, at, payloadsType, path);
  if (walk.form === 'shorthand') return bytes[at] === openBracket ? list() : value();
  if (bytes[at] === openBracket) {
    const first = skipSpace(bytes, at + 1);
    if (bytes[first] === openBrace && isEvent(bytes, first))
      return eachElement(bytes, at, 0, (_bytes, index, element, depth) =>
        walkJson(walk, bytes, element, historyEventType, `${path}[${String(index)}]`, {}, depth),
      );
    if (bytes[first] === openBrace && rootType(bytes, first, 1) !== null) return walkDocuments(walk, bytes, at, path);
    if (hasPayloadElement(bytes, at)) return list();
    const count = walk.places.length;
    const end = walkJson(walk, bytes, at, null, path);
    return walk.places.length > count ? end : list();
  }
  if (bytes[at] !== openBrace) return value();
  const type = rootType(bytes, at);
  if (type !== null) return walkJson(walk, bytes, at, type, path);
  if (walk.form === 'full') return walkPayload(walk, bytes, at, path, {}, 0);
  const count = walk.places.length;
  const end = walkJson(walk, bytes, at, null, path);
  return walk.places.length === count && !isEmptyDocument(bytes, at) ? value() : end;
}

/** Several documents in a list, such as histories that an SDK keeps in one file. */
function walkDocuments(walk: Walk, bytes: Buffer, from: number, path: string): number {
  return eachElement(bytes, from, 0, (_bytes, index, at, depth) => {
    const type = bytes[at] === openBrace ? rootType(bytes, at, depth) : null;
    return walkJson(walk, bytes, at, type, `${path}[${String(index)}]`, {}, depth);
  });
}

function hasPayloadElement(bytes: Buffer, from: number): boolean {
  let found = false;
  eachElement(bytes, from, 0, (_bytes, _index, at, depth) => {
    found ||= hasPayloadShape(bytes, at, depth);
    return skipValue(bytes, at, depth);
  });
  return found;
}

/** A response without any payload is a document, not a value that somebody wants to encrypt. */
function isEmptyDocument(bytes: Buffer, at: number): boolean {
  let known = false;
  eachMember(bytes, at, 0, (_bytes, key, value, depth) => {
    known ||= ['nextPageToken', 'next_page_token'].includes(stringAt(bytes, key));
    return skipValue(bytes, value, depth);
  });
  return known;
}

/** The message that the first telling member makes of an object; null when none does. */
function rootType(bytes: Buffer, from: number, depth = 0): string | null {
  let at = firstMember(bytes, from, depth);
  while (at >= 0) {
    const behindKey = keyEnd(bytes, at);
    const value = valueStart(bytes, behindKey);
    const { name } = jsonKey(bytes, at, behindKey);
    const type = containerOf(name, bytes[value]);
    if (type !== null) return type;
    if (name === 'items' && isListOf(historyResponseType, bytes, value, depth + 1)) return exportType;
    if (name === 'workflows' && isListOf(historyResponseType, bytes, value, depth + 1)) return exportedType;
    if (name === 'activities' && isListOfActivities(bytes, value, depth + 1)) return exportedType;
    if ((name === 'encodingType' || name === 'encoding_type') && isBlob(bytes, from, depth)) return dataBlobType;
    if (name === 'body' && isListOf(historyType, bytes, value, depth + 1)) return 'archiver.v1.HistoryBlob';
    if (name === 'execution' && isExecution(bytes, value, depth + 1)) return 'workflow.v1.WorkflowExecutionInfo';
    at = nextMember(bytes, skipValue(bytes, value, depth + 1));
  }
  return null;
}

/** A history in base64 and how it is encoded, as an element of `rawHistory` is, with nothing else beside it. */
function isBlob(bytes: Buffer, from: number, depth: number): boolean {
  let fits = true;
  eachMember(bytes, from, depth, (_bytes, key, at, inner) => {
    const name = stringAt(bytes, key);
    const end = skipValue(bytes, at, inner);
    const isType = name === 'encodingType' || name === 'encoding_type';
    fits &&= isType ? blobEncodings.has(bytes.toString('latin1', at, end)) : name === 'data' && isString(bytes, at);
    return end;
  });
  return fits;
}

const blobEncodings = new Set(['1', '2', '"Proto3"', '"Json"', '"ENCODING_TYPE_PROTO3"', '"ENCODING_TYPE_JSON"']);

/** Anybody's items are a list: those of an export have a history each, as the body of what an archive keeps has. */
function isListOf(type: string, bytes: Buffer, from: number, depth: number): boolean {
  if (bytes[from] !== openBracket) return false;
  const first = skipSpace(bytes, from + 1);
  return bytes[first] === openBrace && rootType(bytes, first, depth + 1) === type;
}

/** Standalone activities of an export: each is the answer to a question about one, `{"activity":{"info":{"activityId":…}}}`. */
function isListOfActivities(bytes: Buffer, from: number, depth: number): boolean {
  if (bytes[from] !== openBracket) return false;
  const first = skipSpace(bytes, from + 1);
  const activity = memberOf(bytes, first, depth + 1, ['activity']);
  const info = memberOf(bytes, activity, depth + 2, ['info']);
  return memberOf(bytes, info, depth + 3, ['activityId', 'activity_id']) !== -1;
}

/** Where the value of a member begins; -1 when there is none, or no object. */
function memberOf(bytes: Buffer, from: number, depth: number, names: readonly string[]): number {
  let found = -1;
  if (from !== -1 && bytes[from] === openBrace)
    eachMember(bytes, from, depth, (_bytes, key, value, inner) => {
      if (names.includes(stringAt(bytes, key))) found = value;
      return skipValue(bytes, value, inner);
    });
  return found;
}

/** `temporal workflow list` prints a list of what is known of each run, its memo in shorthand. */
function isExecution(bytes: Buffer, from: number, depth: number): boolean {
  if (bytes[from] !== openBrace) return false;
  const first = firstMember(bytes, from, depth);
  return first >= 0 && ['workflowId', 'runId'].includes(jsonKey(bytes, first, keyEnd(bytes, first)).name);
}

function containerOf(name: string, first: number | undefined): string | null {
  if (name === 'events' && first === openBracket) return historyType;
  if (name === 'history' && first === openBrace) return historyResponseType;
  if ((name === 'rawHistory' || name === 'raw_history') && first === openBracket) return historyResponseType;
  if (name === 'payloads' && first === openBracket) return payloadsType;
  if (name === 'workflowExecutionInfo' && first === openBrace)
    return 'workflowservice.v1.DescribeWorkflowExecutionResponse';
  if (name === 'executions' && first === openBracket) return 'workflowservice.v1.ListWorkflowExecutionsResponse';
  if (name === 'eventType' || name === 'event_type') return historyEventType;
  return null;
}

/** Whether the object at `from` is a history event, as far as it is there. */
export function isEvent(bytes: Buffer, from: number): boolean {
  let named = false;
  untilTruncated(() => {
    let at = firstMember(bytes, from, 1);
    while (at >= 0 && !named) {
      const behindKey = keyEnd(bytes, at);
      named = ['eventId', 'event_id', 'eventType', 'event_type'].includes(jsonKey(bytes, at, behindKey).name);
      if (!named) at = nextMember(bytes, skipValue(bytes, valueStart(bytes, behindKey), 2));
    }
  });
  return named;
}
