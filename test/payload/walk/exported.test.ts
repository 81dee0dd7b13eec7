import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OpenPlace } from '../../../src/payload/walk/place.ts';
import { makeOperations } from '../../../src/payload/model/position.ts';
import { makeProtoText, protoJson, putMessage } from '../../../src/payload/schema/proto-json.ts';
import { exportedType } from '../../../src/payload/schema/schema.ts';
import { walkJson } from '../../../src/payload/walk/json.ts';
import { bytesField, readFields } from '../../../src/protobuf/wire.ts';
import { runMain } from '../../helpers/context.ts';
import { jsonPayload } from '../history.ts';

/** A Cloud export with a standalone activity, and fields newer than the descriptors of npm, as the Go API writes it. */
const fixture = JSON.parse(readFileSync('test/fixtures/exported-executions.json', 'utf8')) as {
  readonly base64: string;
  readonly json: Readonly<Record<string, readonly unknown[]>>;
};
const proto = Buffer.from(fixture.base64, 'base64');
const env = { KEY: '0123456789abcdef0123456789abcdef' };
const run = (verb: string, stdin: string | Buffer, ...argv: string[]) =>
  runMain(['payload', verb, ...argv], { stdin, env });

/** Whatever has an encoding, but for what the server indexes. */
function pathsIn(value: unknown, path = '$', name = ''): readonly string[] {
  if (value === null || typeof value !== 'object' || name === 'searchAttributes') return [];
  if ('metadata' in value && 'data' in value) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsIn(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, key),
  );
}

async function found(stdin: string | Buffer): Promise<readonly string[]> {
  const { stdout } = await run('inspect', stdin, '-o', 'json');
  return (JSON.parse(stdout) as { payloads: { path: string }[] }).payloads.map(({ path }) => path).sort();
}

describe('a Cloud export with activities', () => {
  it('has every payload found, in proto and in JSON', async () => {
    const wanted = [...pathsIn(fixture.json)].sort();
    expect(wanted).toHaveLength(18);
    expect(wanted.filter((path) => path.endsWith('.nexusHandler.sourceContext'))).toHaveLength(3);
    expect(await found(proto)).toEqual(wanted);
    expect(await found(JSON.stringify(fixture.json))).toEqual(wanted);
  });

  it('of activities alone is one too', async () => {
    const { activities } = fixture.json;
    const activity = readFields(proto).find(({ number }) => number === 2);
    const alone = bytesField(2, Buffer.from(activity?.value ?? []));
    const wanted = [...pathsIn({ activities })].sort();
    expect(await found(alone)).toEqual(wanted);
    expect(await found(JSON.stringify({ activities }))).toEqual(wanted);
  });

  it.each([
    ['proto', proto],
    ['JSON', Buffer.from(JSON.stringify(fixture.json))],
  ])('is encrypted and comes back to the byte: %s', async (_form, document) => {
    const sealed = await run('encrypt', document.toString('base64'), '--key', 'k=env:KEY');
    expect(sealed.exitCode).toBe(0);
    const back = await run('decode', sealed.stdout, '--mode', 'replay', '--key', 'k=env:KEY');
    expect(back.exitCode).toBe(0);
    expect(Buffer.from(back.stdout, 'base64').equals(document)).toBe(true);
  });

  it('is written as JSON as the Go API does, and no field is left out', () => {
    expect(JSON.parse(protoJson(exportedType, proto).toString())).toEqual(fixture.json);
    const unknown: string[] = [];
    putMessage(
      makeProtoText(1, () => unknown.push('unknown')),
      exportedType,
      proto,
      0,
      proto.length,
    );
    expect(unknown).toEqual([]);
  });

  it('shows its failures in clear', async () => {
    const { stdout } = await run('audit', proto, '-o', 'json');
    const { findings } = JSON.parse(stdout) as { findings: { code: string; path: string }[] };
    expect(findings.filter(({ code }) => code === 'CLEAR_FAILURE').map(({ path }) => path)).toContain(
      '$.activities[0].activity.info.lastFailure.encodedAttributes',
    );
  });
});

it('what a callback is given stays with the caller: it crosses no endpoint', () => {
  const places: OpenPlace[] = [];
  const request = {
    endpoint: 'billing',
    input: jsonPayload('1'),
    completionCallbacks: [{ nexusHandler: { service: 's', sourceContext: jsonPayload('2') } }],
  };
  const type = 'workflowservice.v1.StartNexusOperationExecutionRequest';
  const walk = { places, operations: makeOperations(), form: 'auto' as const };
  walkJson(walk, Buffer.from(JSON.stringify(request)), 0, type, '$');
  expect(places.map(({ path, position }) => [path, position.endpoint])).toEqual([
    ['$.input', 'billing'],
    ['$.completionCallbacks[0].nexusHandler.sourceContext', undefined],
  ]);
});

it('anybody’s activities are a value', async () => {
  const text = '{"activities":[{"activity":{"name":"swim"}}],"workflows":[{"history":3}]}';
  expect(await found(text)).toEqual(['$']);
});
