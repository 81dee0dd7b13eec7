import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { numberOf, readFields, wireType } from '../../protobuf/wire.ts';
import { fieldSize } from '../../protobuf/wire-size.ts';
import type { EventPart } from '../model/event-part.ts';
import { historyMessage } from '../schema/history-schema.ts';
import { camelCase } from '../json/key.ts';
import { isObject, jsonSize } from './json.ts';
import type { Measuring } from './measuring.ts';
import { protoSize } from './proto.ts';
import { historyEventType } from '../schema/schema.ts';

export interface MeasuredEvent {
  /** Zero when it has none. */
  readonly eventId: number;
  /** Of the event that completed the workflow task whose commands made this one; zero when it is no command's. */
  readonly taskId: number;
  /** e.g. `workflowTaskCompleted` */
  readonly kind: string;
  /** On the wire. */
  readonly bytes: number;
}

/**
 * An event as it is on the wire when its payloads have other sizes.
 * @param sizes of its payloads, in the order of the document
 */
export function measureEvent(
  part: EventPart,
  sizes: readonly number[],
  failure: Measuring['failure'] = () => undefined,
): MeasuredEvent {
  let index = 0;
  const measuring: Measuring = { payload: () => sizes[index++] ?? 0, failure };
  const event = part.form === 'json' ? measureJson(part, measuring) : measureProto(part, measuring);
  // Those that stand where the schema has none.
  const others = sizes.slice(index).reduce((sum, bytes) => sum + fieldSize(bytes), 0);
  return { ...event, bytes: event.bytes + others };
}

function measureJson({ bytes, start, end, path }: EventPart, measuring: Measuring): MeasuredEvent {
  const event = membersAt(bytes, start, end);
  const name = Object.keys(event).find(isAttributes) ?? '';
  const attributes = event[name];
  return {
    eventId: idOf(event['eventId'] ?? event['event_id']),
    taskId: isObject(attributes)
      ? idOf(attributes['workflowTaskCompletedEventId'] ?? attributes['workflow_task_completed_event_id'])
      : 0,
    kind: camelCase(name).replace(/EventAttributes$/, ''),
    bytes: jsonSize(event, { type: historyEventType, path, measuring }),
  };
}

/** Of texts the walk of a document looks for the end alone: one with a bad escape is no reason to stop here. */
function membersAt(bytes: Buffer, start: number, end: number): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return isObject(event) ? event : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function isAttributes(name: string): boolean {
  return name.endsWith('EventAttributes') || name.endsWith('_event_attributes');
}

function idOf(value: unknown): number {
  const id = Number(value ?? 0);
  return Number.isSafeInteger(id) ? id : 0;
}

function measureProto({ bytes, start, end, path }: EventPart, measuring: Measuring): MeasuredEvent {
  const event = bytes.subarray(start, end);
  const schema = historyMessage(historyEventType);
  const fields = readFields(event);
  const attributes = fields.find(({ number }) => schema.get(number)?.key.endsWith('EventAttributes":') === true);
  const id = fields.find(({ number }) => number === 1);
  return {
    eventId: id?.wireType === wireType.varint ? idOf(numberOf(id)) : 0,
    taskId: attributes === undefined ? 0 : taskOf(attributes.value, schema.get(attributes.number)?.type ?? ''),
    kind: schema.get(attributes?.number ?? 0)?.key.replace(/^,"(.*)EventAttributes":$/, '$1') ?? '',
    bytes: protoSize(event, { type: historyEventType, path, measuring }),
  };
}

/** Zero too for what is no message: nothing else looks into attributes that hold no payload. */
function taskOf(attributes: Buffer, type: string): number {
  const schema = historyMessage(type);
  try {
    const field = readFields(attributes).find(
      ({ number }) => schema.get(number)?.key === ',"workflowTaskCompletedEventId":',
    );
    return field?.wireType === wireType.varint ? idOf(numberOf(field)) : 0;
  } catch (error) {
    if (error instanceof NexusctlError) return 0;
    throw error;
  }
}
