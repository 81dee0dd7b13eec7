import { expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { event, jsonPayload, withFiles } from '../history.ts';

const env = { KEY: '0123456789abcdef0123456789ABCDEF' };
const keys = ['--key', 'k=env:KEY'];
/** From a file, which is read in parts. */
const run = (verb: string, text: string, ...argv: string[]) =>
  withFiles({ 'run.json': text }, (folder) =>
    runMain(['payload', verb, `${folder}/run.json`, ...keys, ...argv], { env }),
  );

const clear = JSON.stringify(jsonPayload('"secret"'));
const failure = `{"message":"Encoded failure","encodedAttributes":${clear}}`;
/** More than is read at once: the events come out in parts. */
const events = Array.from({ length: 2000 }, (_, index) =>
  JSON.stringify(
    event(String(index + 1), 'activityTaskCompletedEventAttributes', {
      result: { payloads: [jsonPayload('1')] },
      pad: 'x'.repeat(800),
    }),
  ),
).join(',\n');

// What stands before and behind the events is looked through as in a small document.
it.each([
  ['behind them', (list: string) => `{"events":[${list}] , "more":${clear},"failure":{"cause":${failure}}}\n`],
  ['before them', (list: string) => `{"closeEvent":{"result":${clear}},\r\n"events": [${list}]}`],
  [
    'before a large one',
    (list: string) => `{"a":${clear},"events":[{"eventId":"0","x":"${' '.repeat(1_500_000)}"},${list}]}`,
  ],
  ['nothing', (list: string) => `{"events":[${list}]}`],
  [
    'around the history too',
    (list: string) =>
      `{ "closeEvent":{"r":${clear}},"history":{"a":${clear},"events":[${list}\n] ,"b":${clear}} , "c":[${clear}],"rawHistory":[]}`,
  ],
  ['a second list', (list: string) => `{"events":[${list}],"events":[{"eventId":"1","x":{"input":${clear}}}]}`],
  ['in lines', (list: string) => `{"events":[${list}],"a":${clear}}\n{"a":${clear},"events":[${list}]}`],
])('no payload is missed beside the events of a large history: %s', async (_where, make) => {
  const beside = async (list: string): Promise<readonly string[]> => {
    const sealed = await run('encrypt', make(list));
    expect([sealed.exitCode, sealed.stderr]).toEqual([0, '']);
    const { stdout } = await run('decode', sealed.stdout, '--mode', 'replay');
    expect(stdout).toBe(make(list));
    const inspected = await run('decode', sealed.stdout, '-o', 'jsonl');
    const lines = inspected.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string; status: string });
    expect(lines.every(({ status }) => status === 'decoded')).toBe(true);
    return lines
      .map(({ path }) => path)
      .filter((path) => !path.includes('activityTask'))
      .map((path) => path.replace(/^\$\[\d\]/, '$'));
  };
  expect(await beside(events)).toEqual(await beside(events.slice(0, events.indexOf(',\n'))));
});
