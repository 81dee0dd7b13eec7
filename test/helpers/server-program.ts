import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';

/** A Temporal server that is there to be started. */
export interface ServerProgram {
  readonly path: string;
  /** `dev`: the development server of the temporal CLI, in clear and without an authorizer. */
  readonly kind: 'own' | 'dev';
}

/** Why a test is skipped. */
export const noServer = 'there is no Temporal server, no Go to build one with, and none could be downloaded';

/** A cold build compiles the whole server. */
export const buildTimeoutMs = 1_200_000;

/**
 * NEXUSCTL_TEMPORAL_SERVER, else what scripts/authorizer.mjs has cached or builds now, else, for a test that needs no
 * TLS, no tokens and no policy, the development server that the SDK downloads. Null when there is none; in CI that is
 * an error, so that no test that needs it is skipped unseen.
 */
export async function serverProgram(plain: boolean): Promise<ServerProgram | null> {
  const named = process.env['NEXUSCTL_TEMPORAL_SERVER'];
  if (named !== undefined) return { path: named, kind: 'own' };
  const build = promisify(execFile)(process.execPath, ['scripts/authorizer.mjs', 'build'], { maxBuffer: 1 << 24 });
  const { stdout } = await build.catch((error: unknown) => ({ stdout: String(error) }));
  const path = stdout.trim().split('\n').at(-1) ?? '';
  if (existsSync(path)) return { path, kind: 'own' };
  if (process.env['CI'] === 'true') throw new Error(`no Temporal server: ${stdout}`);
  const downloaded = plain ? await devServer() : undefined;
  return downloaded === undefined ? null : { path: downloaded, kind: 'dev' };
}

/** Where the SDK's download is kept, beside the other neighbours of the tests. */
const downloads = resolve('.cache/temporal-dev-server');

/** The SDK downloads when it starts one; that one is stopped again, so that ours is started as all servers are. */
async function devServer(): Promise<string | undefined> {
  await mkdir(downloads, { recursive: true });
  const found = async () => (await readdir(downloads)).map((name) => join(downloads, name))[0];
  if ((await found()) === undefined) {
    const executable = { type: 'cached-download', downloadDir: downloads } as const;
    const started = TestWorkflowEnvironment.createLocal({ server: { executable, ip: '127.0.0.1' } });
    const stopped = started.then((environment) => environment.teardown()).catch(() => undefined);
    await Promise.race([stopped, sleep(120_000, undefined, { ref: false })]);
  }
  return found();
}
