import { spawn } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './run.ts';

interface JsonPayload {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data?: string;
}

export const b64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

export const plain = (value: unknown): JsonPayload => ({
  metadata: { encoding: b64('json/plain') },
  data: b64(JSON.stringify(value)),
});

/** What samples-go/encryption writes: AES-256-GCM of the proto form, written out here by hand. */
export function sealed(value: unknown, key: Uint8Array, keyId: string): JsonPayload {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const inner = Buffer.concat([
    field(1, Buffer.concat([field(1, 'encoding'), field(2, 'json/plain')])),
    field(2, JSON.stringify(value)),
  ]);
  const data = Buffer.concat([nonce, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: b64('binary/encrypted'), 'encryption-key-id': b64(keyId) }, data: b64(data) };
}

function field(number: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length, rest]), bytes]);
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One HTTP request with full control of its head; numbers of headers and their spelling are the caller's. */
export function http(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string | string[]>>;
    readonly body?: string | Uint8Array;
    readonly ca?: string;
  } = {},
): Promise<Answer> {
  const { method = 'POST', headers = {}, body = '', ca } = options;
  return new Promise((resolve, reject) => {
    const make = url.startsWith('https:') ? requestTls : request;
    const given = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)), ...headers };
    const outgoing = make(
      url,
      { method, headers: given, agent: false, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export const payloadsOf = (answer: Answer): readonly JsonPayload[] =>
  (JSON.parse(answer.body) as { payloads: JsonPayload[] }).payloads;

export const valuesOf = (answer: Answer): readonly unknown[] =>
  payloadsOf(answer).map(({ data = '' }) => JSON.parse(Buffer.from(data, 'base64').toString()) as unknown);

export interface Folder {
  readonly path: string;
  readonly write: (files: Readonly<Record<string, string | Uint8Array>>) => void;
  readonly remove: () => void;
}

export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): Folder {
  const path = mkdtempSync(join(tmpdir(), 'nexusctl-codec-'));
  const write: Folder['write'] = (more) => {
    for (const [name, text] of Object.entries(more)) writeFileSync(join(path, name), text, { mode: 0o600 });
  };
  write(files);
  return { path, write, remove: () => rmSync(path, { recursive: true, force: true }) };
}

interface Subject {
  readonly token: string;
  readonly namespaces: readonly string[];
  readonly allow?: readonly ('decode' | 'encode')[];
}

/** `access.toml`, and for each subject the `SUBJECT.token` that it names. */
export function accessFiles(subjects: Readonly<Record<string, Subject>>): Readonly<Record<string, string>> {
  const tables = Object.entries(subjects).map(
    ([subject, { namespaces, allow = ['decode'] }]) => `
[[tokens]]
subject = "${subject}"
token = "file:${subject}.token"
[[grants]]
subject = "${subject}"
namespaces = ${JSON.stringify(namespaces)}
allow = ${JSON.stringify(allow)}
`,
  );
  const tokens = Object.entries(subjects).map(([subject, { token }]) => [`${subject}.token`, token] as const);
  return { 'access.toml': tables.join(''), ...Object.fromEntries(tokens) };
}

export interface RunningServer {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  readonly started: Readonly<Record<string, unknown>>;
  /** Everything that it has logged so far, one object a line. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[];
  readonly output: () => string;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Runs `nexusctl codec-server start` of the built program and waits until it listens. */
export async function startCodecServer(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const child = spawn(process.execPath, [program, 'codec-server', 'start', '-o', 'jsonl', ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const lines = () =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  while (!output.includes('\n')) {
    const ended = await Promise.race([exited, new Promise<null>((resolve) => setTimeout(() => resolve(null), 20))]);
    if (ended !== null) throw new Error(`it did not start (exit ${String(ended[0])}): ${errors}`);
  }
  const [started = {}] = lines();
  const endpoint = String(started['endpoint']);
  return {
    endpoint,
    port: Number(new URL(endpoint).port),
    pid: child.pid ?? 0,
    started,
    log: () => lines().slice(1),
    output: () => output + errors,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/** Waits until `wanted` is true; throws when the time is over, whatever `Date` says meanwhile. */
export async function until(wanted: () => boolean | Promise<boolean>, milliseconds = 4000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await wanted())) {
    if (performance.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
