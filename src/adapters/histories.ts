import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Execution, Histories } from '../payload/histories.ts';
import type { Rpc } from '../profile/connection.ts';
import { makeJsonText, put, putMessage, written } from '../payload/proto-json.ts';
import { historyEventType } from '../payload/schema.ts';
import { readMessage, writeMessage, type Message } from '../protobuf/message.ts';
import { makePlace, nextField, wireType } from '../protobuf/wire.ts';

const service = '/temporal.api.workflowservice.v1.WorkflowService';

/** What servers give at most, whatever is asked for. */
const pageEvents = 1000;
const pageExecutions = 1000;
/** A page can hold many megabytes. */
const deadlineMs = 60_000;

export function makeHistories(rpc: Rpc, namespace: string): Histories {
  const ask = async (method: string, request: Uint8Array, signal: AbortSignal): Promise<Message> =>
    readMessage((await rpc.call(`${service}/${method}`, request, { signal, repeatable: true, deadlineMs })).message);

  /** Fields: 1 namespace, 2 execution, 3 maximum_page_size, 4 next_page_token → 1 history, 2 raw_history, 3 token. */
  const historyPages = (execution: Execution, signal: AbortSignal): AsyncGenerator<Message, void> =>
    pages(3, (token) =>
      ask(
        'GetWorkflowExecutionHistory',
        writeMessage(
          [1, namespace],
          [2, writeMessage([1, execution.workflowId], [2, execution.runId])],
          [3, pageEvents],
          [4, token],
        ),
        signal,
      ),
    );

  return {
    async *history(execution, signal, unknown) {
      let told = false;
      const once = (): void => {
        if (!told) unknown();
        told = true;
      };
      let some = false;
      for await (const page of historyPages(execution, signal)) {
        const text = pageJson(page, some ? '' : '{"events":[', once);
        if (text === null) continue;
        some = true;
        yield text;
      }
      if (!some)
        throw new NexusctlError(
          'NOT_FOUND',
          `the history of ${execution.workflowId} is empty: it is past its retention`,
        );
      yield Buffer.from(']}');
    },
    // Fields: 1 namespace, 2 page_size, 3 next_page_token, 4 query → 1 executions (1 execution), 2 token.
    async *find(query, signal) {
      const request = (token: Uint8Array) => writeMessage([1, namespace], [2, pageExecutions], [3, token], [4, query]);
      for await (const page of pages(2, (token) => ask('ListWorkflowExecutions', request(token), signal)))
        for (const { value } of page.all(1)) {
          const execution = readMessage(value).message(1);
          yield { workflowId: execution.text(1), runId: execution.text(2) };
        }
    },
    close: rpc.close,
  };
}

/** All pages; the next one is on its way while one is worked on. */
async function* pages(tokenField: number, ask: (token: Uint8Array) => Promise<Message>): AsyncGenerator<Message, void> {
  let token: Uint8Array = new Uint8Array();
  let coming: Promise<Message> | null = ask(token);
  while (coming !== null) {
    const page: Message = await coming;
    const next = page.bytes(tokenField);
    // A token that repeats itself would go on forever.
    const more = next.length > 0 && Buffer.compare(next, token) !== 0;
    token = next;
    coming = more ? ask(next) : null;
    // Waited for at the next turn, unless nobody wants it any more.
    coming?.catch(() => undefined);
    yield page;
  }
}

/**
 * The events of a page in JSON, behind `opening` or a comma; null when it has none. They stand in the history or, where a
 * server is set to give that, in its raw blobs.
 */
function pageJson(page: Message, opening: string, unknown: () => void): Buffer | null {
  const histories = [page.bytes(1), ...page.all(2).map(({ value }) => readMessage(value).bytes(2))];
  const size = histories.reduce((sum, { length }) => sum + length, 0);
  const text = makeJsonText(size * 2 + 4096, unknown);
  const place = makePlace();
  for (const history of histories) {
    const bytes = Buffer.from(history.buffer, history.byteOffset, history.length);
    for (let at = 0; at < bytes.length; at = place.end) {
      nextField(bytes, at, bytes.length, place);
      if (place.number !== 1 || place.wireType !== wireType.bytes) continue;
      put(text, text.length === 0 && opening !== '' ? opening : ',');
      putMessage(text, historyEventType, bytes, place.from, place.to);
    }
  }
  return text.length === 0 ? null : written(text);
}
