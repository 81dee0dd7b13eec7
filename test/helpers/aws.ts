import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { startGuarded } from './guarded-process.ts';
import { neighbour } from './neighbour.ts';

// The tests' own clients: the program silences its own (bin.ts).
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** An AWS API on loopback, and the variables by which any AWS client finds it. */
export interface Aws {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Credentials that ministack with AUTH=true takes for the root of its account. */
const root = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/**
 * moto: real authenticated encryption in KMS, but no key states and no permissions.
 * Skips nothing by itself: ask `neighbour('moto_server')` first.
 */
export async function startMoto(): Promise<Aws> {
  const [port = 0] = await freePorts(1);
  await start('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {}, `http://127.0.0.1:${String(port)}/moto-api/`);
  return aws(port);
}

/** ministack: signatures, IAM (with `auth`), key states; but no authenticated encryption. */
export async function startMinistack({ auth = true } = {}): Promise<Aws> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${String(port)}`;
  const env = { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), AUTH: String(auth) };
  await start('ministack', [], env, `${url}/_ministack/health`);
  return aws(port);
}

/**
 * A user of ministack's account, with this inline policy or without any right: its credentials as variables.
 * IAM's query API is spoken by hand, which spares a client library.
 */
export async function createUser({ url }: Aws, policy?: object): Promise<Readonly<Record<string, string>>> {
  const UserName = `user-${randomBytes(4).toString('hex')}`;
  const call = async (Action: string, parameters: Readonly<Record<string, string>>): Promise<string> => {
    const credential = `${root.AWS_ACCESS_KEY_ID}/20260101/eu-west-1/iam/aws4_request`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=00` },
      body: new URLSearchParams({ Action, Version: '2010-05-08', ...parameters }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${Action}: ${String(answer.status)} ${text}`);
    return text;
  };
  await call('CreateUser', { UserName });
  if (policy !== undefined)
    await call('PutUserPolicy', { UserName, PolicyName: 'inline', PolicyDocument: JSON.stringify(policy) });
  const made = await call('CreateAccessKey', { UserName });
  const part = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(made)?.[1] ?? '';
  return { AWS_ACCESS_KEY_ID: part('AccessKeyId'), AWS_SECRET_ACCESS_KEY: part('SecretAccessKey') };
}

export interface Fault {
  /** Such as `kms`, `s3`, `secretsmanager`. */
  readonly service: string;
  readonly operation: string;
  /** How often; always when absent. */
  readonly times?: number;
  /** Internal errors want `status: 500`, or the SDK does not repeat them. */
  readonly error: { readonly code: string; readonly message?: string; readonly status?: number };
}

/** microburst in front of another one: answers with errors that neither knows, such as throttling. */
export async function startFaults(
  upstream: Aws,
): Promise<Aws & { readonly rules: (faults: readonly Fault[]) => Promise<void> }> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${String(port)}`;
  await start(
    'microburst',
    ['--host', '127.0.0.1', '--port', String(port), '--upstream', upstream.url],
    {},
    `${url}/_microburst/rules`,
  );
  const rules = async (faults: readonly Fault[]): Promise<void> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(faults) };
    const answer = await fetch(`${url}/_microburst/rules`, init);
    if (!answer.ok) throw new Error(`microburst refused the rules: ${String(answer.status)} ${await answer.text()}`);
  };
  return { ...aws(port), rules };
}

function aws(port: number): Aws {
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    url,
    env: { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', ...root },
  };
}

/** Starts a server with an empty HOME and no AWS variable, waits until it answers; it ends with this process. */
async function start(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: string,
): Promise<void> {
  const path = neighbour(name);
  if (path === null) throw new Error(`${name} is not installed: node scripts/neighbours.mjs`);
  const folder = await mkdtemp(join(tmpdir(), `nexusctl-${name}-`));
  startGuarded([path, ...args], { folder, env, signal: 'KILL' });
  for (const endsAt = Date.now() + 30_000; Date.now() < endsAt;) {
    const answer = await fetch(ready).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} did not answer at ${ready}`);
}
