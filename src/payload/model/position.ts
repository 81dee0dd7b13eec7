/** What a document tells about the place of a payload. Written by others: it picks among configured keys, nothing else. */
export interface Position {
  readonly eventId?: string;
  readonly scheduledEventId?: string;
  /** The Nexus endpoint that the payload crossed. */
  readonly endpoint?: string;
  readonly service?: string;
  readonly operation?: string;
}

/** The Nexus operations of a history: a result names only the event that scheduled it, and that event names the endpoint. */
export interface Operations {
  /** Called with the facts of each event, in order; fills in endpoint, service and operation where they are known. */
  readonly complete: (event: { -readonly [key in keyof Position]: Position[key] }, hasPayloads: boolean) => void;
}

export function makeOperations(): Operations {
  const scheduled = new Map<string, Pick<Position, 'endpoint' | 'service' | 'operation'>>();
  return {
    complete(event) {
      // The next history: several may follow each other in a list, or in lines of events.
      if (event.eventId === '1') scheduled.clear();
      if (event.endpoint !== undefined && event.eventId !== undefined) {
        const { endpoint, service, operation } = event;
        scheduled.set(event.eventId, { endpoint, ...(service && { service }), ...(operation && { operation }) });
      } else if (event.scheduledEventId !== undefined) Object.assign(event, scheduled.get(event.scheduledEventId));
    },
  };
}
