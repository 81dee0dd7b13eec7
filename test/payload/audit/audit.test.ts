import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { audit } from './audited.ts';
import { event, history, jsonPayload, scheduled, sealedWith, withFiles } from '../history.ts';

interface Sarif {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number };
        };
      }[];
      readonly partialFingerprints: { readonly primaryLocationLineHash: string };
    }[];
  }[];
}

describe('SARIF', () => {
  const one = history([
    scheduled('5', 'pay', jsonPayload('1'), { 'x-a': '1', 'x-b': '2' }),
    event('6', 'activityTaskFailedEventAttributes', { failure: { message: 'boom' } }),
  ]);
  const sarifOf = async (cwd: string, ...argv: readonly string[]) => {
    const { stdout } = await runMain(['payload', 'audit', '-o', 'sarif', ...argv], { cwd });
    return (JSON.parse(stdout) as Sarif).runs[0];
  };
  const printsOf = (run: Sarif['runs'][number] | undefined, uri: string) =>
    run?.results
      .filter(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri === uri)
      .map(({ message, partialFingerprints }) => [message.text, partialFingerprints.primaryLocationLineHash]);

  it('has for each result a rule, a place and a fingerprint of its own', async () => {
    await withFiles({ 'a #?é.json': JSON.stringify(one) }, async (folder) => {
      const run = await sarifOf(folder, '--require-encryption', './a #?é.json');
      expect(run?.results).toHaveLength(4);
      for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
        expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
        expect(locations).toMatchObject([
          { physicalLocation: { artifactLocation: { uri: 'a%20%23%3F%C3%A9.json' }, region: { startLine: 1 } } },
        ]);
      }
      expect(new Set(run?.results.map((result) => result.partialFingerprints.primaryLocationLineHash)).size).toBe(4);
    });
  });

  it('keeps its fingerprints whatever else is looked at, in whatever order', async () => {
    await withFiles({ 'one.json': JSON.stringify(one), 'two.json': JSON.stringify(one) }, async (folder) => {
      const alone = printsOf(await sarifOf(folder, 'one.json'), 'one.json');
      expect(alone).toHaveLength(3);
      expect(printsOf(await sarifOf(folder, 'one.json', 'two.json'), 'one.json')).toEqual(alone);
      expect(printsOf(await sarifOf(folder, 'two.json', 'one.json'), 'one.json')).toEqual(alone);
      const two = printsOf(await sarifOf(folder, 'two.json', 'one.json'), 'two.json');
      expect(two?.map(([, print]) => print)).not.toEqual(alone?.map(([, print]) => print));
    });
  });
});

describe('payload audit', () => {
  it('says per endpoint, service and operation what is encrypted with which key', async () => {
    const sealed = await sealedWith('orders-2026', '"x"');
    const document = history([
      scheduled('5', 'billing', jsonPayload('1')),
      event('6', 'activityTaskScheduledEventAttributes', { input: { payloads: [sealed, jsonPayload('2')] } }),
      event('7', 'nexusOperationCompletedEventAttributes', { scheduledEventId: '5', result: jsonPayload('3') }),
    ]);
    const { exitCode, audit: found } = await audit(document);
    expect(found.rows).toEqual([
      expect.objectContaining({ endpoint: 'billing', service: 'invoices', operation: 'create', payloads: 2, plain: 2 }),
      expect.objectContaining({ payloads: 2, encrypted: 1, plain: 1, families: ['aes-gcm'], keys: ['orders-2026'] }),
    ]);
    // The keyring has a key for billing, so plaintext is no accident that may pass.
    expect(found.findings.filter(({ code }) => code === 'PLAINTEXT').map(({ path }) => path)).toEqual([
      '$.events[0].nexusOperationScheduledEventAttributes.input',
      '$.events[2].nexusOperationCompletedEventAttributes.result',
    ]);
    expect(exitCode).toBe(1);
  });

  it.each(['zlib', 'gzip', 'snappy', 'compressed', 'brotli'])(
    'takes what is only compressed for plaintext: %s',
    async (how) => {
      const packed = { metadata: { encoding: b(`binary/${how}`) }, data: b('whatever it is') };
      const { audit: found } = await audit(history([scheduled('5', 'billing', packed)]));
      expect(found.rows).toMatchObject([{ encrypted: 0, plain: 1, families: [] }]);
    },
  );

  it('tells whether a key can be retired', async () => {
    const document = history([
      event('1', 'activityTaskCompletedEventAttributes', {
        result: { payloads: [await sealedWith('orders-2026', '1')] },
      }),
    ]);
    expect((await audit(document, '--needs', 'orders-2026')).exitCode).toBe(1);
    expect((await audit(document, '--needs', 'billing-2026')).exitCode).toBe(0);
  });

  const failure = { message: 'card 4111 refused', cause: { message: 'x' } };
  const failed = history([event('1', 'activityTaskFailedEventAttributes', { failure })]);
  const { History } = proto.temporal.api.history.v1;
  const message = History.fromObject({ events: [{ eventId: 1, activityTaskFailedEventAttributes: { failure } }] });
  const findings: readonly [what: string, document: unknown, code: string][] = [
    [
      'a key id that is the key',
      {
        metadata: {
          encoding: b('binary/encrypted'),
          'encryption-cipher': b('AES/GCM/NoPadding'),
          'encryption-key-id': b('k'.repeat(32)),
        },
        data: b('x'.repeat(40)),
      },
      'KEY_IN_ID',
    ],
    ['a failure in clear', failed, 'CLEAR_FAILURE'],
    [
      'a failure in clear in a raw history of JSON',
      { rawHistory: [{ encodingType: 'Json', data: b(JSON.stringify(failed)) }] },
      'CLEAR_FAILURE',
    ],
    [
      'a failure in clear in a raw history of protobuf',
      {
        rawHistory: [
          { encodingType: 'Proto3', data: Buffer.from(History.encode(message).finish()).toString('base64') },
        ],
      },
      'CLEAR_FAILURE',
    ],
    ['a header in clear', history([scheduled('5', 'other', jsonPayload('1'), { 'x-user': 'alice' })]), 'CLEAR_HEADER'],
    ['a size that only encryption makes too large', jsonPayload(`"${'x'.repeat(2 * 1024 * 1024 - 60)}"`), 'SIZE_ERROR'],
    ['a large payload', jsonPayload(`"${'x'.repeat(600_000)}"`), 'SIZE_WARNING'],
    [
      'a key that the keyring does not have',
      { metadata: { encoding: b('binary/encrypted'), 'encryption-key-id': b('gone') }, data: b('x'.repeat(40)) },
      'KEY_NOT_IN_KEYRING',
    ],
    ['what names no key', { metadata: { encoding: b('binary/encrypted') }, data: b('x'.repeat(40)) }, 'NO_KEY_ID'],
    [
      'what is no base64',
      history([
        event('1', 'activityTaskCompletedEventAttributes', {
          result: { payloads: [{ metadata: { encoding: 'json/plain' } }] },
        }),
      ]),
      'MALFORMED',
    ],
  ];
  it.each(findings)('finds %s', async (_what, document, code) => {
    const { audit: found } = await audit(document);
    expect(found.findings.map((finding) => finding.code)).toContain(code);
  });

  it.each([
    ['a name', { 'encryption-key-id': 'orders-2026' }],
    ['an endpoint', { endpoint: 'pay' }],
    ['nothing', {}],
  ])('finds what is too short to be encrypted: with %s', async (_what, names: Readonly<Record<string, string>>) => {
    const metadata = Object.fromEntries(
      Object.entries({ encoding: 'binary/encrypted', ...names }).map(([name, value]) => [name, b(value)]),
    );
    const codes = async (bytes: number) =>
      (await audit({ metadata, data: b('x'.repeat(bytes)) })).audit.findings.map(({ code }) => code);
    expect(await codes(27)).toContain('MALFORMED');
    expect(await codes(28)).not.toContain('MALFORMED');
  });

  it('says that it does not know the endpoint of a result whose operation is not there', async () => {
    const result = (id: string) =>
      event(id, 'nexusOperationCompletedEventAttributes', { scheduledEventId: '5', result: jsonPayload('1') });
    const activity = event('8', 'activityTaskCompletedEventAttributes', {
      scheduledEventId: '2',
      result: { payloads: [jsonPayload('1')] },
    });
    expect(
      (await audit(history([scheduled('5', 'pay', jsonPayload('1')), result('6'), activity]))).audit.warnings,
    ).toEqual([]);
    expect((await audit(history([result('6'), result('7'), activity]))).audit.warnings).toEqual([
      expect.stringMatching(/^2 payloads of Nexus operations whose scheduled event is not here/),
    ]);
  });

  it('never repeats a header that looks like a credential', async () => {
    const { audit: found } = await audit(
      history([scheduled('5', 'other', jsonPayload('1'), { authorization: 'Bearer s3cr3t-value' })]),
    );
    expect(JSON.stringify(found)).not.toContain('s3cr3t');
  });

  it("prints the IAM policy of the keyring's own keys, without a wildcard", async () => {
    const { audit: found } = await audit('', '--iam-policy');
    expect(found.iamPolicy).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'DecodePayloads',
          Effect: 'Allow',
          Action: ['kms:Decrypt'],
          Resource: ['arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'],
          Condition: { StringEquals: { 'kms:EncryptionContext:app': 'orders' } },
        },
      ],
    });
  });

  it('says which keys the IAM policy leaves out, and exits by the policy alone', async () => {
    const ring =
      '[keys.a]\nkms = "alias/orders"\nregion = "eu-west-1"\n' +
      '[keys.b]\nkms = "arn:aws:kms:eu-west-1:111122223333:key/1"\n[keys.c]\nsecret = "env:C"\n';
    const plaintext = JSON.stringify(history([scheduled('5', 'pay', jsonPayload('1'))]));
    await withFiles({ 'keys.toml': ring }, async (folder) => {
      const argv = ['payload', 'audit', '--iam-policy', '--require-encryption', '--keyring', `${folder}/keys.toml`];
      const { stdout, stderr, exitCode } = await runMain([...argv, '-'], { stdin: plaintext });
      expect(JSON.parse(stdout)).toMatchObject({
        Statement: [{ Resource: ['arn:aws:kms:eu-west-1:111122223333:key/1'] }],
      });
      expect(stderr).toMatch(/key 'a' is not in the policy/);
      expect(stderr).not.toMatch(/key '[bc]'/);
      expect(exitCode).toBe(0);
    });
  });

  it('names the file in SARIF, one or several', async () => {
    const input = JSON.stringify(history([scheduled('5', 'pay', jsonPayload('1'), { 'x:$': 'in clear' })]));
    await withFiles({ 'one.json': input, 'two.json': input }, async (folder) => {
      const uris = async (...files: readonly string[]) => {
        const { stdout } = await runMain(['payload', 'audit', '-o', 'sarif', ...files], { cwd: folder });
        const { runs } = JSON.parse(stdout) as {
          runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
        };
        return runs[0]?.results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri);
      };
      expect(await uris('one.json')).toEqual(['one.json']);
      expect(await uris('one.json', 'two.json')).toEqual(['one.json', 'two.json']);
    });
  });

  it('is CSV without formulas and SARIF with a rule per code', async () => {
    const document = JSON.stringify(history([scheduled('5', '=cmd()', jsonPayload('1'))]));
    const csv = await runMain(['payload', 'audit', '-o', 'csv'], { stdin: document });
    expect(csv.stdout.split('\r\n')).toEqual([
      'endpoint,service,operation,payloads,encrypted,plain,stored,families,keys,largest_bytes',
      expect.stringMatching(/^'=cmd\(\),invoices,create,1,0,1,0,,,\d+$/),
      '',
    ]);
    const sarif = await runMain(['payload', 'audit', '-o', 'sarif', '--require-encryption'], { stdin: document });
    expect(sarif.exitCode).toBe(1);
    expect(JSON.parse(sarif.stdout)).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'PLAINTEXT', level: 'error' }] }],
    });
  });
});

function b(text: string): string {
  return Buffer.from(text).toString('base64');
}
