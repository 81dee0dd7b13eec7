import proto from '@temporalio/proto';
import type protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { makeHistories } from '../../src/adapters/histories.ts';
import type { Rpc } from '../../src/profile/connection.ts';
import { readMessage } from '../../src/protobuf/message.ts';

const root = proto as unknown as protobuf.Root;
const signal = new AbortController().signal;

function message(type: string, object: object): Buffer {
  const found = root.lookupType(`temporal.api.${type}`);
  return Buffer.from(found.encode(found.fromObject(object)).finish());
}

const historyOf = (...ids: number[]): object => ({ events: ids.map((eventId) => ({ eventId, eventType: 10 })) });
const blobOf = (...ids: number[]): object => ({
  encodingType: 1,
  data: message('history.v1.History', historyOf(...ids)),
});

/** A server that gives these pages, the token of each the number of the next. */
function serverOf(pages: readonly object[]): { readonly rpc: Rpc; readonly asked: string[] } {
  const asked: string[] = [];
  const call: Rpc['call'] = (_method, request) => {
    const token = readMessage(request).text(4);
    asked.push(token);
    const index = Number(token);
    const more = index + 1 < pages.length ? { nextPageToken: Buffer.from(String(index + 1)) } : {};
    const page = { ...pages[index], ...more };
    return Promise.resolve({
      message: message('workflowservice.v1.GetWorkflowExecutionHistoryResponse', page),
      headers: {},
    });
  };
  return { rpc: { call, close: () => undefined }, asked };
}

async function idsFrom(pages: readonly object[]): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of makeHistories(serverOf(pages).rpc, 'default').history({ workflowId: 'w' }, signal))
    found.push(
      ...readMessage(page)
        .all(1)
        .map(({ value }) => String(readMessage(value).number(1))),
    );
  return found;
}

describe('a history from a server', () => {
  it.each<[what: string, pages: readonly object[], ids: readonly string[]]>([
    ['in pages', [{ history: historyOf(1, 2) }, { history: historyOf(3) }], ['1', '2', '3']],
    ['with a page of nothing', [{ history: historyOf(1) }, {}, { history: historyOf(2) }], ['1', '2']],
    ['from an archive', [{ history: historyOf(1, 2), archived: true }], ['1', '2']],
    ['in raw blobs', [{ rawHistory: [blobOf(1, 2), blobOf(3)] }, { rawHistory: [blobOf(4)] }], ['1', '2', '3', '4']],
  ])('%s', async (_what, pages, ids) => {
    expect(await idsFrom(pages)).toEqual(ids);
  });

  it('is asked for a page ahead, each page once', async () => {
    const { rpc, asked } = serverOf([{ history: historyOf(1) }, { history: historyOf(2) }, { history: historyOf(3) }]);
    const pages = makeHistories(rpc, 'default').history({ workflowId: 'w' }, signal);
    await pages.next();
    expect(asked).toEqual(['', '1']);
    await pages.next();
    await pages.next();
    expect((await pages.next()).done).toBe(true);
    expect(asked).toEqual(['', '1', '2']);
  });

  it('that is empty is NOT_FOUND; a blob in another encoding than proto is named', async () => {
    await expect(idsFrom([{}])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      idsFrom([{ rawHistory: [{ encodingType: 2, data: Buffer.from('{"events":[]}') }] }]),
    ).rejects.toMatchObject({
      code: 'PROTOCOL_ERROR',
    });
  });
});
