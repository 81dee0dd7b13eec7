import { fieldSize } from '../../protobuf/wire-size.ts';
import { findingAt, type AuditFinding } from './codes.ts';
import { groupFindings } from './groups.ts';
import { codeOf, eventLimits, limits, sizeFinding, type Sized } from './size.ts';
import type { EventPart } from '../model/event-part.ts';
import { measureEvent, type MeasuredEvent } from '../size/event.ts';
import type { Handled } from '../handled.ts';

/** A payload with its sizes: as it is, and as it would be. */
export interface SizedPayload extends Sized {
  readonly wire: number;
}

type Payloads = readonly (readonly [Handled, SizedPayload])[];

/** What is together in a document: lists of payloads, events, workflow tasks, histories. */
export interface HistoryAudit {
  /** Of the next part of the document. */
  readonly next: (events: readonly EventPart[], payloads: Payloads) => readonly AuditFinding[];
  /** Of the last history. */
  readonly end: () => readonly AuditFinding[];
}

/** Events that count together. */
interface Sum {
  readonly path: string;
  readonly position: Handled['position'];
  size: number;
  largest: number;
  encrypted: boolean;
  count: number;
}

/** What the completion of one workflow task made. */
interface Task extends Sum {
  readonly id: number;
  /** The event before was one of them. */
  goesOn: boolean;
}

interface History {
  /** Its `count` is the number of its last event. */
  readonly sum: Sum;
  /** Bytes of each field of the workflow's memo. */
  readonly memo: Map<string, number>;
  task: Task | null;
}

export function makeHistoryAudit(): HistoryAudit {
  let history = startHistory('$');
  return {
    next(events, payloads) {
      const byEvent = payloadsByEvent(events, payloads);
      const found = [...groupFindings(byEvent.get(null) ?? [], new Map())];
      for (const part of events) {
        const own = byEvent.get(part) ?? [];
        const { event, sized, failures } = measure(part, own);
        if (startsAnew(history, event)) {
          found.push(...endHistory(history));
          history = startHistory(part.path.replace(/\[\d+\]$/, ''));
        }
        found.push(...groupFindings(own, history.memo), ...failures);
        found.push(...sizeFinding(part, sized, limits.message, 'an event of '));
        found.push(...addToTask(history, part, event, sized));
        addTo(history.sum, { ...sized, size: fieldSize(sized.size) });
        if (event.eventId !== 0) history.sum.count = event.eventId;
      }
      return found;
    },
    end: () => endHistory(history),
  };
}

function startHistory(path: string): History {
  return { sum: startSum(path, {}), memo: new Map(), task: null };
}

function startSum(path: string, position: Handled['position']): Sum {
  return { path, position, size: 0, largest: 0, encrypted: true, count: 0 };
}

function addTo(sum: Sum, { size, encrypted }: Sized): void {
  sum.size += size;
  sum.largest = Math.max(sum.largest, size);
  sum.encrypted &&= encrypted;
  sum.count += 1;
}

/** Numbers of events only grow; part of a history may begin with any. */
function startsAnew({ sum }: History, { eventId }: MeasuredEvent): boolean {
  return sum.count === 0 || (eventId !== 0 && eventId <= sum.count);
}

function endHistory(history: History): readonly AuditFinding[] {
  const { sum } = history;
  const tooLarge = sizeFinding(sum, { ...sum, exact: false }, limits.history, 'a history of ');
  const events = codeOf(sum.count, eventLimits);
  const { error, warning } = eventLimits;
  const says =
    events === 'SIZE_ERROR'
      ? `the server terminates a workflow with more than ${String(error)}`
      : `the server warns above ${String(warning)}`;
  const counted = events === null ? [] : [findingAt(events, sum, `a history of ${String(sum.count)} events: ${says}`)];
  return [...endTask(history), ...tooLarge, ...counted];
}

function addToTask(
  history: History,
  { path, position }: EventPart,
  { eventId, taskId, kind }: MeasuredEvent,
  sized: Sized,
): readonly AuditFinding[] {
  const { task } = history;
  const isCompletion = kind === 'workflowTaskCompleted';
  // Messages of updates go with the commands, and their events do not say so.
  const belongs =
    task !== null && (taskId === 0 ? task.goesOn && kind.startsWith('workflowExecutionUpdate') : taskId === task.id);
  if (belongs) {
    task.goesOn = true;
    addTo(task, sized);
    return [];
  }
  if (!isCompletion && taskId === 0) {
    if (task !== null) task.goesOn = false;
    return [];
  }
  const ended = endTask(history);
  history.task = { ...startSum(path, position), id: isCompletion ? eventId : taskId, goesOn: true };
  addTo(history.task, sized);
  return ended;
}

function endTask({ task }: History): readonly AuditFinding[] {
  if (task === null || codeOf(task.largest, limits.message) !== null) return [];
  const what = `${String(task.count)} events of one workflow task, together `;
  return sizeFinding(task, { ...task, exact: false }, limits.message, what);
}

/** An event with its payloads as they would be, and what is too large in it. */
function measure(
  part: EventPart,
  own: Payloads,
): { readonly event: MeasuredEvent; readonly sized: Sized; readonly failures: readonly AuditFinding[] } {
  const sizes: number[] = [];
  let outer = '';
  let largest = 0;
  for (const [{ path }, { size, wire }] of own)
    // What is in an envelope is part of it.
    if (outer !== '' && path.startsWith(`${outer}.data.`)) sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + size - wire;
    else {
      outer = path;
      sizes.push(size);
      largest = Math.max(largest, size);
    }
  const encrypted = own.every(([, sized]) => sized.encrypted);
  const exact = own.every(([, sized]) => sized.exact);
  const failures: AuditFinding[] = [];
  const event = measureEvent(part, sizes, (path, size) => {
    if (codeOf(size, limits.blob) === codeOf(largest, limits.blob)) return;
    const place = { path, position: part.position };
    failures.push(...sizeFinding(place, { size, encrypted, exact }, limits.blob, 'a failure of '));
  });
  return { event, sized: { size: event.bytes, encrypted, exact }, failures };
}

/** Both come in the order of the document; `null`: those that stand in no event. */
function payloadsByEvent(events: readonly EventPart[], payloads: Payloads): ReadonlyMap<EventPart | null, Payloads> {
  const found = new Map<EventPart | null, (readonly [Handled, SizedPayload])[]>();
  let at = 0;
  const holds = ({ path }: EventPart, payload: string): boolean =>
    payload.startsWith(path) && payload[path.length] === '.';
  for (const payload of payloads) {
    const { path } = payload[0];
    const here = events[at];
    if (here === undefined || !holds(here, path)) {
      const next = events.findIndex((event, index) => index > at && holds(event, path));
      at = next === -1 ? at : next;
    }
    const event = events[at];
    const key = event !== undefined && holds(event, path) ? event : null;
    const list = found.get(key);
    if (list === undefined) found.set(key, [payload]);
    else list.push(payload);
  }
  return found;
}
