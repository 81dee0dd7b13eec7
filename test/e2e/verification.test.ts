import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority } from '../helpers/certificates.ts';
import { runBuilt } from '../helpers/run.ts';
import { untrustedEcho, untrustedStranger, type Stranger } from '../helpers/strangers.ts';

const canary = 'canary-verification-0451';
const arn = 'arn:aws:kms:eu-west-1:111122223333:key/1';

let folder = '';
let grpc: Stranger;
let https: Stranger;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexusctl-verification-'));
  const { certificate, key } = await (await makeAuthority()).leaf({ names: ['127.0.0.1'], usages: ['serverAuth'] });
  [grpc, https] = await Promise.all([
    untrustedStranger({ cert: certificate, key }),
    untrustedEcho({ cert: certificate, key }),
  ]);
  const keyring = `[keyring]\nactive = "k"\n[keyring.keys.k]\nkms = "${arn}"\n`;
  await writeFile(join(folder, 'keyring.toml'), keyring, { mode: 0o600 });
});

afterAll(async () => {
  await Promise.all([grpc.close(), https.close()]);
  await rm(folder, { recursive: true });
});

interface Case {
  readonly what: string;
  readonly argv: () => readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** The code of the error, or of the primary finding. */
  readonly code: string;
}

const payload = '{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"MQ=="}';
const aws = () => ({
  AWS_ENDPOINT_URL: `https://${https.address}`,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIA0451',
  AWS_SECRET_ACCESS_KEY: canary,
  AWS_SESSION_TOKEN: canary,
  AWS_MAX_ATTEMPTS: '1',
});

const cases: readonly Case[] = [
  { what: 'the connection test', argv: () => ['connect-test', '--address', grpc.address], code: 'TLS010' },
  {
    what: 'the frontend',
    argv: () => ['endpoint', 'list', '--backend', 'self-hosted', '--address', grpc.address],
    code: 'TLS_FAILED',
  },
  {
    what: 'the control plane',
    argv: () => ['endpoint', 'list', '--cloud-address', grpc.address],
    env: () => ({ TEMPORAL_CLOUD_API_KEY: canary, TEMPORAL_API_KEY: '' }),
    code: 'TLS_FAILED',
  },
  {
    what: 'a codec server that decodes for us',
    argv: () => ['payload', 'decode', '--codec-endpoint', `https://${https.address}`],
    env: () => ({ TEMPORAL_CODEC_AUTH: `Bearer ${canary}` }),
    stdin: '{"metadata":{"encoding":"YmluYXJ5L2VuY3J5cHRlZA=="},"data":"AAAA"}',
    code: 'TLS_FAILED',
  },
  {
    what: 'a key in S3',
    argv: () => ['payload', 'encrypt', '--key', 'k=s3://bucket/key'],
    env: aws,
    stdin: payload,
    code: 'UNREACHABLE',
  },
  {
    what: 'a key in Secrets Manager',
    argv: () => ['payload', 'encrypt', '--key', 'k=secretsmanager:key'],
    env: aws,
    stdin: payload,
    code: 'UNREACHABLE',
  },
  {
    what: 'KMS',
    argv: () => ['payload', 'encrypt', '--keyring', join(folder, 'keyring.toml')],
    env: aws,
    stdin: payload,
    code: 'KMS_UNAVAILABLE',
  },
];

describe('NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing', () => {
  it.each(cases)('for $what', async ({ argv, env, stdin, code }) => {
    const { exitCode, stdout, stderr } = await runBuilt([...argv(), '-o', 'json'], {
      cwd: folder,
      stdin: stdin ?? '',
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', TEMPORAL_API_KEY: canary, ...env?.() },
    });
    expect(exitCode, stdout + stderr).toBeGreaterThan(2);
    expect(exitCode, stderr).not.toBe(70);
    expect(grpc.seen() + https.seen(), 'nothing at all was said to a server that nobody verified').toBe('');
    const document = JSON.parse(stdout === '' ? stderr : stdout) as {
      readonly error?: { readonly code: string };
      readonly primary?: { readonly code: string };
    };
    expect(document.error?.code ?? document.primary?.code).toBe(code);
    // With JSON, stderr carries nothing else: not even the warning of Node.
    if (stdout !== '') expect(stderr).toBe('');
    expect(stdout + stderr).not.toContain(canary);
  });

  it('for cert inspect, which looks without trusting', async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { stdout, stderr } = await runBuilt(['cert', 'inspect', grpc.address, '-o', 'json'], { env });
    expect(stderr).toBe('');
    expect(stdout).toContain('is not trusted here (');
  });

  it('and is told', async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', TEMPORAL_ADDRESS: grpc.address };
    const { stdout } = await runBuilt(['connect-test', '--offline', '-o', 'json'], { env });
    expect(stdout).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored by nexusctl and by the SDKs');
  });
});
