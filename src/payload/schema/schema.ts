import { headerTable } from './header-table.ts';
import { schemaTable } from './schema-table.ts';

export interface SchemaField {
  readonly name: string;
  readonly number: number;
  /** Name of a message below temporal.api, e.g. `common.v1.Payload`. */
  readonly type: string;
  readonly repeated: boolean;
  readonly map: boolean;
}

/** The fields of a message that lead to payloads or to headers, by JSON name and by number. */
export interface Message {
  readonly type: string;
  readonly byName: ReadonlyMap<string, SchemaField>;
  readonly byNumber: ReadonlyMap<number, SchemaField>;
}

export const payloadType = 'common.v1.Payload';
export const payloadsType = 'common.v1.Payloads';
export const searchAttributesType = 'common.v1.SearchAttributes';
export const historyEventType = 'history.v1.HistoryEvent';
export const historyType = 'history.v1.History';
export const failureType = 'failure.v1.Failure';
/** Words for people beside an operation, and what its callbacks are given: they stay with its caller, and cross no endpoint. */
export const apartTypes: ReadonlySet<string> = new Set([
  'sdk.v1.UserMetadata',
  'sdk.v1.EventGroupMarker',
  'common.v1.Callback.NexusHandler',
]);
/** Of the values in a map of headers. */
export const headerType = 'string';
export const historyResponseType = 'workflowservice.v1.GetWorkflowExecutionHistoryResponse';
export const dataBlobType = 'common.v1.DataBlob';
export const exportType = 'export.v1.WorkflowExecutions';
/** The same with standalone activities; its workflows look on the wire as the items of the other do. */
export const exportedType = 'export.v1.ExportedExecutions';

const extra = [
  `${historyResponseType} rawHistory:2:${dataBlobType}[]`,
  `${dataBlobType} data:2:${historyType}`,
  'export.v1.WorkflowExecutions items:1:export.v1.WorkflowExecution[]',
  'export.v1.ExportedExecutions workflows:1:export.v1.WorkflowExecution[] activities:2:export.v1.ActivityExecution[]',
  'export.v1.WorkflowExecution history:1:history.v1.History',
  // temporal.server.api: what a server's archive keeps in a bucket.
  'archiver.v1.HistoryBlob body:2:history.v1.History[]',
].join('\n');

let lines: Map<string, string> | undefined;
const messages = new Map<string, Message>();

/** The message of that name (with or without the leading `temporal.api.`); null when it leads to neither. */
export function messageOf(name: string): Message | null {
  const known = messages.get(name);
  if (known !== undefined) return known;
  const type = name.replace(/^\.?temporal\.api\./, '');
  lines ??= index();
  const line = lines.get(type);
  if (line === undefined) return null;
  const fields = line.split(' ').map(fieldOf);
  const message: Message = {
    type,
    byName: new Map(fields.map((field) => [field.name, field])),
    byNumber: new Map(fields.map((field) => [field.number, field])),
  };
  messages.set(name, message);
  return message;
}

function index(): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of `${schemaTable}\n${headerTable}\n${extra}`.replaceAll('\n  ', ' ').split('\n')) {
    const space = line.indexOf(' ');
    if (space === -1) continue;
    const type = line.slice(0, space);
    const before = found.get(type);
    found.set(type, before === undefined ? line.slice(space + 1) : `${before} ${line.slice(space + 1)}`);
  }
  return found;
}

function fieldOf(text: string): SchemaField {
  const [name = '', number = '', type = ''] = text.split(':');
  const map = type.endsWith('{}');
  const repeated = type.endsWith('[]');
  return { name, number: Number(number), type: map || repeated ? type.slice(0, -2) : type, repeated, map };
}
