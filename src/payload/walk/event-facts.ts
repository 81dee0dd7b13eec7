import { isString, stringAt, type Span } from '../json/scan.ts';
import type { OpenPosition } from './place.ts';

/** Most members of an event tell nothing: `e`, `o` and `s` begin those that do. */
export function mayTell(bytes: Buffer, keyStart: number): boolean {
  const first = bytes[keyStart + 1];
  return first === 0x65 || first === 0x6f || first === 0x73;
}

/** Facts of the event that tell which endpoint a payload crossed; 1.5 of the payload notes. */
export function capture(position: OpenPosition, name: string, bytes: Buffer, span: Span): void {
  switch (name) {
    case 'eventId':
    case 'event_id':
      position.eventId = scalar(bytes, span);
      return;
    case 'scheduledEventId':
    case 'scheduled_event_id':
      position.scheduledEventId = scalar(bytes, span);
      return;
    case 'endpoint':
      position.endpoint = scalar(bytes, span);
      return;
    case 'service':
      position.service = scalar(bytes, span);
      return;
    case 'operation':
      position.operation = scalar(bytes, span);
      return;
  }
}

export function scalar(bytes: Buffer, span: Span): string {
  return isString(bytes, span.start) ? stringAt(bytes, span) : bytes.toString('latin1', span.start, span.end);
}
