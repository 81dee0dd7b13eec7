import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Execution, Histories } from '../payload/documents/histories.ts';
import type { Rpc } from '../profile/connection.ts';
import { readMessage, writeMessage, type Message } from '../protobuf/message.ts';

const service = '/temporal.api.workflowservice.v1.WorkflowService';

/** What servers give at most, whatever is asked for. */
const pageEvents = 1000;
const pageExecutions = 1000;
/** temporal.api.enums.v1.EncodingType; old servers leave it out. */
const proto3 = 1;
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
    async *history(execution, signal) {
      let empty = true;
      for await (const page of historyPages(execution, signal)) {
        const history = historyOf(page);
        if (history.length === 0) continue;
        empty = false;
        yield history;
      }
      if (empty)
        throw new NexusctlError(
          'NOT_FOUND',
          `the history of ${execution.workflowId} is empty: it is past its retention`,
        );
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
 * A page's events stand in its history or, where a server is set to give that, in raw blobs that are each one. Messages
 * that stand one behind the other are one message.
 */
function historyOf(page: Message): Buffer {
  const raw = page.all(2).map(({ value }) => {
    const blob = readMessage(value);
    if (blob.number(1) > proto3)
      throw new NexusctlError('PROTOCOL_ERROR', 'the server gives its raw history in another form than protobuf', {
        hint: 'set frontend.sendRawWorkflowHistory of the server to false',
      });
    return blob.bytes(2);
  });
  return Buffer.concat([page.bytes(1), ...raw]);
}
