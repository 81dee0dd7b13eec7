import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { base64 } from '../history.ts';

const env = { KEY: '0123456789abcdef0123456789ABCDEF' };
const keys = ['--key', 'k=env:KEY'];
const run = (verb: string, stdin: string, ...argv: string[]) => runMain(['payload', verb, ...argv], { stdin, env });

/** What `temporal workflow show` and `execute` print at the end. */
function results(result: string, encoding = 'json/plain', end = '\n'): string {
  const lines = ['\u001b[35mResults:\u001b[0m', '  Status          \u001b[32mCOMPLETED\u001b[0m'];
  return [...lines, `  Result          ${result}`, `  ResultEncoding  ${encoding}`, ''].join(end);
}

describe('a result that the CLI prints in shorthand', () => {
  it.each([
    ['{"order":12345678901234567890}'],
    ['[1, {"a":null}]'],
    ['"a \\" b"'],
    ['1.50'],
    ['true'],
    ['{"metadata":{"a":"b"}}'],
    ['{"payloads":[1]}'],
    ['{"events":[]}'],
  ])('%s is encrypted in its place, and read again', async (value) => {
    for (const end of ['\n', '\r\n'])
      for (const argv of [[], ['--input-form', 'shorthand']]) {
        const text = results(value, 'json/plain', end);
        const sealed = await run('encrypt', text, ...keys, ...argv);
        expect([sealed.stderr, sealed.exitCode]).toEqual(['', 0]);
        const [before, after] = text.split(value);
        expect(sealed.stdout.startsWith(before ?? '')).toBe(true);
        expect(sealed.stdout.endsWith(after ?? '')).toBe(true);
        expect(sealed.stdout).toContain(base64('binary/encrypted'));
        expect((await run('decode', sealed.stdout, ...keys, '--mode', 'readable')).stdout).toBe(text);
        expect((await run('decode', text)).stdout).toBe(`${value}\n`);
      }
  });

  it('is a payload in the clear to an audit', async () => {
    const { stdout } = await run('audit', results('{"a":1}'), '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ summary: { payloads: 1, encrypted: 0 } });
  });

  it('is a message when it names its type', async () => {
    const text = results('{"_protoMessageType":"pkg.Msg","a":1}', 'json/protobuf');
    const sealed = await run('encrypt', text, ...keys);
    expect((await run('decode', sealed.stdout, ...keys, '--mode', 'readable')).stdout).toBe(text);
  });

  it('stays as it is when it is encrypted already', async () => {
    const once = await run('encrypt', results('{"a":1}'), ...keys);
    const twice = await run('encrypt', once.stdout, ...keys);
    expect(twice.stdout).toBe(once.stdout);
    expect(twice.stderr).toContain('1 payload is encrypted already');
  });

  it('may be several payloads in full', async () => {
    const one = `{"metadata":{"encoding":"${base64('json/plain')}"},"data":"${base64('1')}"}`;
    const text = results(`{"payloads":[${one},${one}]}`);
    const sealed = await run('encrypt', text, ...keys);
    expect(sealed.stdout.match(/encryption-key-id/g)).toHaveLength(2);
    expect((await run('decode', sealed.stdout, ...keys, '--mode', 'replay')).stdout).toBe(text);
  });
});

describe('text of the CLI without a whole payload', () => {
  const table =
    'Progress:\n  ID           Time                     Type\n    1  2026-11-22T00:00:00Z  WorkflowExecutionStarted\n';
  const detailed = '--------------- [1] WorkflowExecutionStarted ---------------\ninput[0].order: 1\n';
  it.each([
    ['a list of events', table],
    ['a list and a failure', `${table}\nResults:\n  Status   FAILED\n  Failure\n    Message  boom\n`],
    ['values spread over lines', detailed],
    ['half a result', results('{"a":', 'json/plain')],
  ])('%s: says what to type', async (_what, text) => {
    for (const argv of [[], ['--input-form', 'shorthand']]) {
      const { exitCode, stdout, stderr } = await run('encrypt', text, ...keys, ...argv);
      expect([exitCode, stdout]).toEqual([3, '']);
      expect(stderr).toContain('this text of the temporal CLI has no whole payload in it');
      expect(stderr).toContain('temporal workflow show -w ID -o json');
    }
  });
});
