import type { Code } from '../../src/connectivity/catalogue.ts';
import type { Report } from '../../src/connectivity/check.ts';
import { runMain } from '../helpers/context.ts';
import { runBuilt } from '../helpers/run.ts';
import { canary, type Lab } from './lab.ts';
import type { Running } from './server.ts';

/** What to run, and who must not have seen a credential. */
export interface Scene {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The working folder; else one that is not there. */
  readonly cwd?: string;
  /** Servers without a verified connection: no credential may come to them. */
  readonly strangers?: readonly Running[];
  /** The built program in a process of its own, for what is read at its start; `wrap` is a command that runs it. */
  readonly process?: { readonly wrap?: readonly string[] };
}

export type Build = (lab: Lab) => Promise<Scene> | Scene;

/** What must be installed. `namespaces` are those of the Linux kernel (`unshare` as root). */
export type Need = 'openssl' | 'nginx' | 'haproxy' | 'go' | 'namespaces';

/** A set-up that works and of which nothing may be said. */
export interface Healthy {
  readonly name: string;
  readonly scene: Build;
  readonly needs?: Need;
  /** Said beside, as information: a code that never names a failure here. */
  readonly notes?: Code;
}

/** A fault and the code that names it. */
export interface Fault extends Omit<Healthy, 'notes'> {
  readonly code: Code;
  /** Codes that may be named in its place, where it cannot always be told apart from outside, and why not. */
  readonly or?: { readonly codes: readonly Code[]; readonly because: string };
  /** Milliseconds for the verdict on an idle machine; a second unless it hangs by nature. */
  readonly within?: number;
  /** Only a warning: everything works, and there is something to know. */
  readonly works?: true;
}

export interface Ran {
  readonly report: Report;
  readonly exitCode: number | null;
  readonly ms: number;
  readonly output: string;
}

/** Runs connect-test on a scene. Throws when a credential was printed or came to a stranger. */
export async function test(scene: Scene): Promise<Ran> {
  const argv = ['connect-test', '-o', 'json', '--step-timeout', '1500ms', ...(scene.args ?? [])];
  const given = { env: scene.env ?? {}, ...(scene.cwd === undefined ? {} : { cwd: scene.cwd }) };
  const startedAt = performance.now();
  const { exitCode, stdout, stderr } = await (scene.process === undefined
    ? runMain(argv, given)
    : runBuilt(argv, { ...given, ...scene.process }));
  const ms = performance.now() - startedAt;
  const output = stdout + stderr;
  if (output.includes(canary)) throw new Error('a secret was printed');
  if (scene.strangers?.some(({ seen }) => seen().includes(canary)) === true)
    throw new Error('a credential came to a server that was not verified');
  if (stdout === '') throw new Error(`no report: ${stderr}`);
  return { report: JSON.parse(stdout) as Report, exitCode, ms, output };
}

/** Every finding in a line, for the message of a test that fails. */
export function shown({ checks }: Report): string {
  return checks
    .flatMap(({ findings }) => findings.map(({ code, severity, message }) => `${code} ${severity} ${message}`))
    .join('\n');
}
