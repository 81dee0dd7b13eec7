import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Scene } from './fault.ts';

/** What a program would hand to the SDK for a scene. */
interface SdkSettings {
  readonly address: string;
  readonly tls?:
    boolean | { readonly serverName?: string; readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly apiKey?: string;
}

export interface SdkResult {
  readonly connects: boolean;
  readonly text: string;
  readonly ms: number;
}

/** The SDKs of TypeScript; the one of Go is in go-sdk.ts. */
export type SdkName = 'typescript-client' | 'core';

/** Null for a scene of which the SDK has no part: configuration files, flags of nexusctl's own, nothing sent. */
export function sdkSettings({ args = [], env = {} }: Scene): SdkSettings | null {
  const known = ['--address', '--tls-ca-path', '--tls-cert-path', '--tls-key-path', '--tls-server-name', '-n'];
  const given = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const name = args[at] ?? '';
    if (name === '--tls') given.set(name, '');
    else if (known.includes(name)) given.set(name, args[(at += 1)] ?? '');
    else if (['--step-timeout', '--backend'].includes(name)) at += 1;
    else return null;
  }
  const own = Object.keys(env).filter((name) => name.startsWith('TEMPORAL_'));
  if (own.some((name) => name !== 'TEMPORAL_API_KEY')) return null;
  const files = [...given].filter(([name]) => name.endsWith('-path')).map(([, path]) => path);
  if (!files.every((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)) return null;
  const file = (name: string): string | undefined => {
    const path = given.get(name);
    return path === undefined ? undefined : readFileSync(path).toString('base64');
  };
  const parts = {
    serverName: given.get('--tls-server-name'),
    ca: file('--tls-ca-path'),
    cert: file('--tls-cert-path'),
    key: file('--tls-key-path'),
  };
  const isPartial = Object.values(parts).some((part) => part !== undefined);
  const apiKey = env['TEMPORAL_API_KEY'];
  return {
    address: given.get('--address') ?? '127.0.0.1:7233',
    ...(isPartial ? { tls: parts as NonNullable<SdkSettings['tls']> } : given.has('--tls') ? { tls: true } : {}),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** The SDK in processes of their own: one for each environment that it must see from its start. */
export function startSdks(timeoutMs: number) {
  const children = startChildren([process.execPath, resolve('test/faults/sdk.mjs')]);
  return {
    connect: (scene: Scene, settings: SdkSettings, sdk: SdkName): Promise<SdkResult> =>
      children.childFor(scene).run({ sdk, settings, timeoutMs }),
    close: children.close,
  };
}

/** Processes of a program that takes a job a line: one for each environment of a scene, without its TEMPORAL_ variables. */
export function startChildren(program: readonly string[]) {
  const children = new Map<string, Child>();
  const childFor = ({ env = {}, process: own }: Scene): Child => {
    const seen = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
    const key = JSON.stringify([seen, own?.wrap]);
    const child = children.get(key) ?? startChild([...(own?.wrap ?? []), ...program], seen);
    children.set(key, child);
    return child;
  };
  return { childFor, close: (): void => children.forEach(({ close }) => close()) };
}

interface Child {
  readonly run: (job: object) => Promise<SdkResult>;
  readonly close: () => void;
}

function startChild([command = '', ...args]: readonly string[], env: Readonly<Record<string, string>>): Child {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  }) as unknown as ChildProcessWithoutNullStreams;
  const waiting = new Map<number, (result: SdkResult) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ...result } = JSON.parse(line) as SdkResult & { id: number };
    waiting.get(id)?.(result);
  });
  child.on('exit', () => {
    for (const settle of waiting.values()) settle({ connects: false, text: 'the process ended', ms: 0 });
  });
  let last = 0;
  return {
    run: (job) =>
      new Promise((settle) => {
        const id = (last += 1);
        waiting.set(id, settle);
        child.stdin.write(`${JSON.stringify({ id, ...job })}\n`);
      }),
    // In a network of its own the child of the child would stay: stdin ends it.
    close: () => child.stdin.end(),
  };
}
