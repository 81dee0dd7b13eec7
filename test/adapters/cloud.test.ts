import { describe, expect, it } from 'vitest';
import { cloudEndpoints } from '../../src/adapters/cloud.ts';
import { readMessage, writeMessage, type Part } from '../../src/protobuf/message.ts';

const signal = new AbortController().signal;
const endpoint = (name: string, state: number, ...more: readonly Part[]) =>
  writeMessage([1, `id-${name}`], [2, 'v1'], [3, writeMessage([1, name])], [4, state], ...more);

/** Answers by method, and what was asked. */
function server(answers: Readonly<Record<string, (request: Uint8Array) => Uint8Array>>) {
  const asked: { readonly method: string; readonly request: Uint8Array }[] = [];
  const api = cloudEndpoints({
    call: (path, request) => {
      const method = path.slice(path.lastIndexOf('/') + 1);
      asked.push({ method, request });
      return Promise.resolve({ message: answers[method]?.(request) ?? new Uint8Array(), headers: {} });
    },
    close: () => undefined,
  });
  return { api, asked };
}

describe('the Cloud Ops API', () => {
  it('is asked for the endpoints of a project, and told of the project of a new one', async () => {
    const { api, asked } = server({
      GetNexusEndpoints: () =>
        writeMessage([1, endpoint('ours', 3, [8, 'p-1'])], [1, endpoint('theirs', 3, [8, 'p-2'])]),
      CreateNexusEndpoint: () => writeMessage([1, 'new-id']),
    });
    const found = await api.list(signal, { projectId: 'p-1' });
    expect(found.map((held) => held.endpoint)).toMatchObject([{ name: 'ours', projectId: 'p-1' }]);
    expect(readMessage(asked[0]?.request ?? new Uint8Array()).text(6)).toBe('p-1');
    const target = { kind: 'worker', namespace: 'a.b', taskQueue: 'q' } as const;
    await api.create({ name: 'one', target, callers: [], projectId: 'p-9' }, { requestId: 'r', signal });
    const request = readMessage(asked[1]?.request ?? new Uint8Array());
    expect([request.text(2), request.text(3)]).toEqual(['r', 'p-9']);
  });

  it('may answer with states that nobody knows yet: they are shown by number, and lose nothing', async () => {
    const { api } = server({
      GetNexusEndpoints: () => writeMessage([1, endpoint('odd', 77)]),
      GetAsyncOperation: () => writeMessage([1, writeMessage([1, 'op'], [9, 42])]),
    });
    expect((await api.list(signal))[0]?.endpoint.state).toBe('state-77');
    expect(await api.operation?.('op', signal)).toEqual({ id: 'op', state: 'unknown' });
  });

  it.each([
    ['the same page', () => 'again'],
    ['two pages in turn', (token: string) => (token === 'a' ? 'b' : 'a')],
  ])('that gives %s for ever is left', async (_what, next) => {
    const { api, asked } = server({
      GetNexusEndpoints: (request) => writeMessage([1, endpoint('one', 3)], [2, next(readMessage(request).text(2))]),
    });
    await expect(api.list(signal)).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' });
    expect(asked.length).toBeLessThan(5);
  });

  it('that has two endpoints of one name is no answer to a name', async () => {
    const { api } = server({ GetNexusEndpoints: () => writeMessage([1, endpoint('one', 3)], [1, endpoint('one', 3)]) });
    await expect(api.find('one', signal)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
