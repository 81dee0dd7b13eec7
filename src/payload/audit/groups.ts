import { fieldSize } from '../../protobuf/wire-size.ts';
import type { AuditFinding } from './codes.ts';
import { codeOf, limits, sizeFinding, type Limit, type Sized } from './size.ts';
import type { Handled } from '../handled.ts';

/** Payloads that the server bounds together: a list, the details of a marker, a memo. */
interface Kind {
  readonly limit: Limit;
  /** Finds in the path of a payload that of its group, and what names it there. */
  readonly within: RegExp;
  /** Bytes that a payload takes in its group. */
  readonly bytes: (size: number, name: string, path: string) => number;
  readonly what: (count: number) => string;
}

/** A member of a map: `.name` or `["odd name"]`. */
const member = String.raw`(\.[A-Za-z_$][\w$]*|\["(?:[^"\\]|\\.)*"\])`;

const list: Kind = {
  limit: limits.blob,
  // Of a document in lines each is alone: `$[2]`.
  within: /^(.*\..*)()\[\d+\]$/,
  bytes: (size) => fieldSize(size),
  what: (count) => (count === 1 ? 'a list of ' : `${String(count)} payloads of together `),
};
const details: Kind = {
  limit: limits.blob,
  within: new RegExp(String.raw`^(.*\.markerRecordedEventAttributes\.details)${member}[.[].*$`),
  // Of a map of lists the server adds up names and lists.
  bytes: (size, name, path) => fieldSize(size) + (path.endsWith('[0]') ? Buffer.byteLength(name) : 0),
  what: () => 'the details of a marker, together ',
};
const memo: Kind = {
  limit: limits.memo,
  within: new RegExp(String.raw`^(.*\.(?:memo|upsertedMemo|upserted_memo)\.fields)${member}$`),
  bytes: (size, name) => fieldSize(fieldSize(Buffer.byteLength(name)) + fieldSize(size)),
  what: () => 'a memo of ',
};

interface Group {
  readonly kind: Kind;
  readonly path: string;
  readonly position: Handled['position'];
  /** Bytes of each, by name: of a map the last of a name counts. */
  readonly members: Map<string, number>;
  largest: number;
  encrypted: boolean;
  exact: boolean;
}

/**
 * What is small enough by itself and too large together.
 * @param held bytes of each field of the workflow's memo: those that are added to it count together with them
 */
export function groupFindings(
  all: readonly (readonly [Handled, Sized])[],
  held: Map<string, number>,
): readonly AuditFinding[] {
  const groups = new Map<string, Group>();
  for (const [{ path, position }, { size, encrypted, exact }] of all)
    for (const kind of kindsAt(path)) {
      const [, at, segment = ''] = kind.within.exec(path) ?? [];
      if (at === undefined) continue;
      const group = groups.get(at) ?? { kind, path: at, position, members: new Map<string, number>(), ...nothing };
      groups.set(at, group);
      group.members.set(kind === memo ? segment : path, kind.bytes(size, nameOf(segment), path));
      group.largest = Math.max(group.largest, size);
      group.encrypted &&= encrypted;
      group.exact &&= exact;
    }
  return [...groups.values()].flatMap((group) => {
    const { kind, members, largest } = group;
    const size = sum(kind === memo ? inWorkflow(group, held) : members);
    if (codeOf(size, kind.limit) === codeOf(largest, limits.blob)) return [];
    return sizeFinding(group, { ...group, size }, kind.limit, kind.what(members.size));
  });
}

const nothing = { largest: 0, encrypted: true, exact: true };

function kindsAt(path: string): readonly Kind[] {
  if (path.endsWith(']') && path.includes('.markerRecordedEventAttributes.')) return [list, details];
  return path.includes('emo.fields') ? [memo] : [list];
}

function nameOf(segment: string): string {
  return segment.startsWith('[') ? (JSON.parse(segment.slice(1, -1)) as string) : segment.slice(1);
}

/** The fields of the memo after an event: a workflow starts with one, and adds to it. */
function inWorkflow({ path, members }: Group, held: Map<string, number>): ReadonlyMap<string, number> {
  const isStart = path.endsWith('.workflowExecutionStartedEventAttributes.memo.fields');
  if (!isStart && !/\.upserted_?[mM]emo\.fields$/.test(path)) return members;
  if (isStart) held.clear();
  for (const [name, bytes] of members) held.set(name, bytes);
  return held;
}

function sum(members: ReadonlyMap<string, number>): number {
  let bytes = 0;
  for (const size of members.values()) bytes += size;
  return bytes;
}
