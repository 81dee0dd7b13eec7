import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Lab } from './lab.ts';

const source = 'test/faults/go/main.go';

/** See go/main.go. */
export interface GoServer {
  readonly cert?: string;
  readonly clientCa?: string;
  readonly clientAuth?: 'none' | 'request' | 'require-any' | 'verify-if-given' | 'require-and-verify';
  readonly min?: string;
  readonly max?: string;
  readonly alpn?: readonly string[];
  readonly ciphers?: readonly string[];
  readonly refuse?: string;
  readonly onlyName?: string;
}

/** Starts a TLS server that is written in Go; gives its port. */
export async function startGo(
  lab: Lab,
  { cert = 'server', clientCa, alpn = ['h2'], ...more }: GoServer,
): Promise<number> {
  const config = {
    ...more,
    cert: lab.path(`${cert}.pem`),
    key: lab.path(`${cert}.key`),
    alpn,
    ...(clientCa === undefined ? {} : { clientCA: lab.path(`${clientCa}.pem`) }),
  };
  // It ends when its standard input does, so it cannot outlive this process.
  const child = spawn(build(), [JSON.stringify(config)], { stdio: ['pipe', 'pipe', 'inherit'] });
  lab.onClose(() => child.kill());
  for await (const line of createInterface(child.stdout)) return Number(line);
  throw new Error('the Go server did not start');
}

/** Built once for each source, into .cache/. */
function build(): string {
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
  const path = resolve('.cache', `faults-go-${hash}`);
  if (existsSync(path)) return path;
  mkdirSync('.cache', { recursive: true });
  const unfinished = `${path}.${String(process.pid)}`;
  const env = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '' };
  execFileSync('go', ['build', '-trimpath', '-o', unfinished, source], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(unfinished, path);
  return path;
}
