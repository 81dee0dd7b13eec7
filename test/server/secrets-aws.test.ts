import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, it } from 'vitest';
import { createUser, startFaults, startMinistack, startMoto, type Aws } from '../helpers/aws.ts';
import { neighbour } from '../helpers/neighbour.ts';
import { runBuilt, type Run } from '../helpers/run.ts';

const canary = 'canary-SECRET-0451';
const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.alloc(600, 7).toString('base64')}\n-----END CERTIFICATE-----\n`;

/**
 * One command that needs a key and shows whether it got it: the payload of the shared vectors' format is encrypted with
 * what the reference gives.
 */
function encryptWith(reference: string, env: Readonly<Record<string, string>>): Promise<Run> {
  const argv = ['payload', 'encrypt', '--key', `test=${reference}`, '-o', 'json'];
  const input = JSON.stringify({ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'MQ==' });
  return runBuilt(argv, { env, stdin: input });
}

async function fill({ url, env }: Aws): Promise<void> {
  const config = {
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
  };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: 'keys', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  await s3.send(new PutObjectCommand({ Bucket: 'keys', Key: 'a/key', Body: key }));
  await s3.send(new PutObjectCommand({ Bucket: 'keys', Key: 'large', Body: Buffer.alloc(1024 * 1024 + 1) }));
  await s3.send(new PutObjectCommand({ Bucket: 'keys', Key: 'cert.pem', Body: pem }));
  const secrets = new SecretsManagerClient(config);
  await secrets.send(new CreateSecretCommand({ Name: 'text', SecretString: key.toString() }));
  await secrets.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: key }));
  await secrets.send(
    new CreateSecretCommand({
      Name: 'json',
      SecretString: JSON.stringify({ key: key.toString(), n: 1, other: canary }),
    }),
  );
  await secrets.send(new CreateSecretCommand({ Name: 'gone', SecretString: 'x' }));
  await secrets.send(new DeleteSecretCommand({ SecretId: 'gone' }));
}

const key = Buffer.from('0123456789abcdef0123456789ABCDEF');

describe.runIf(neighbour('ministack') !== null)(
  'references into AWS, against ministack with signatures checked',
  () => {
    let aws: Aws;
    beforeAll(async () => {
      aws = await startMinistack();
      await fill(aws);
    });

    it.each(['s3://keys/a/key', 'secretsmanager:text', 'secretsmanager:binary', 'secretsmanager:json#key'])(
      '%s is read',
      async (reference) => {
        const { exitCode, stderr } = await encryptWith(reference, aws.env);
        expect(stderr).toBe('');
        expect(exitCode).toBe(0);
      },
    );

    const failures: readonly [string, Readonly<Record<string, string>>, string, number][] = [
      ['s3://keys/none', {}, 'SECRET_UNREADABLE', 3],
      ['s3://none/key', {}, 'SECRET_UNREADABLE', 3],
      ['s3://keys/large', {}, 'INPUT_TOO_LARGE', 3],
      ['secretsmanager:none', {}, 'SECRET_UNREADABLE', 3],
      ['secretsmanager:gone', {}, 'SECRET_UNREADABLE', 3],
      ['secretsmanager:json#none', {}, 'SECRET_UNREADABLE', 3],
      ['secretsmanager:text#field', {}, 'SECRET_UNREADABLE', 3],
      ['secretsmanager:text', { AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN0451' }, 'UNAUTHENTICATED', 4],
      ['secretsmanager:text', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, 'SECRET_UNREADABLE', 3],
      ['secretsmanager:text', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 'UNREACHABLE', 5],
      ['secretsmanager:text', { AWS_REGION: '' }, 'SECRET_UNREADABLE', 3],
    ];
    it('an identity without the permission is told which one is missing', async () => {
      const nobody = await createUser(aws);
      const { exitCode, stderr } = await encryptWith('secretsmanager:text', { ...aws.env, ...nobody });
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'PERMISSION_DENIED' } });
      expect(stderr).toContain('secretsmanager:GetSecretValue');
      expect(exitCode).toBe(4);
      const forged = await encryptWith('secretsmanager:text', {
        ...aws.env,
        ...nobody,
        AWS_SECRET_ACCESS_KEY: 'wrong',
      });
      expect(JSON.parse(forged.stderr)).toMatchObject({ error: { code: 'UNAUTHENTICATED', exitCode: 4 } });
    });

    it.each(failures)('%s %j is %s', async (reference, env, code, exit) => {
      const { exitCode, stdout, stderr } = await encryptWith(reference, { ...aws.env, ...env });
      expect(stdout).toBe('');
      expect(JSON.parse(stderr)).toMatchObject({ error: { code, exitCode: exit } });
      expect(exitCode).toBe(exit);
      expect(stderr).not.toContain(canary);
      expect(stderr).not.toContain(key.toString());
    });
  },
);

describe.runIf(neighbour('moto_server') !== null)('references into AWS, against moto', () => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await startMoto();
    await fill(aws);
  });

  it.each(['s3://keys/a/key', 'secretsmanager:text', 'secretsmanager:binary', 'secretsmanager:json#key'])(
    '%s is read, and the SDK writes nothing to stderr',
    async (reference) => {
      expect(await encryptWith(reference, aws.env)).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  it.runIf(neighbour('microburst') !== null)('throttling is waited out, and lasting throttling is said', async () => {
    const faults = await startFaults(aws);
    const rule = { service: 'secretsmanager', operation: 'GetSecretValue', error: { code: 'ThrottlingException' } };
    await faults.rules([{ ...rule, times: 2 }]);
    expect((await encryptWith('secretsmanager:text', faults.env)).exitCode).toBe(0);
    await faults.rules([rule]);
    const { stderr, exitCode } = await encryptWith('secretsmanager:text', faults.env);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(exitCode).toBe(5);
    await faults.rules([
      { ...rule, error: { code: 'AccessDeniedException', message: `User is not authorized ${canary}` } },
    ]);
    const denied = await encryptWith('secretsmanager:text', faults.env);
    expect(JSON.parse(denied.stderr)).toMatchObject({ error: { code: 'PERMISSION_DENIED', exitCode: 4 } });
    expect(denied.stderr).toContain('secretsmanager:GetSecretValue');
  });
});
