import { runBuilt } from './run.ts';
import type { TemporalServer } from './temporal-server.ts';

export interface Answer {
  readonly exitCode: number | null;
  /** The JSON of stdout, or the error of stderr. */
  readonly result: Readonly<Record<string, unknown>>;
}

/**
 * The built nexusctl against a server.
 * @param permissions of its token where the server wants one; an administrator's unless told
 */
export function nexusctlOn(server: TemporalServer, permissions?: readonly string[]) {
  const env = server.env(permissions);
  const inClear = env['TEMPORAL_TLS'] === 'false' ? ['--allow-plaintext-key', '127.0.0.1'] : [];
  return async (command: string, ...more: readonly string[]): Promise<Answer> => {
    const argv = [...command.split(' '), ...more, '-o', 'json', ...inClear];
    const { exitCode, stdout, stderr } = await runBuilt(argv, { env, timeoutMs: 60_000 });
    return { exitCode, result: JSON.parse(stdout === '' ? stderr : stdout) as Answer['result'] };
  };
}
