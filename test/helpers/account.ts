import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { runMain } from './context.ts';

type Given = Parameters<typeof runMain>[1];

export interface Account {
  readonly sandbox: Sandbox;
  /** A command line against the account, in this process; blanks separate arguments. */
  readonly run: (argv: string | readonly string[], given?: Given) => ReturnType<typeof runMain>;
  /** The same with `-o json`, and the document; the exit code is checked. */
  readonly json: (argv: string | readonly string[], exitCode?: number) => Promise<Document>;
  readonly close: () => Promise<void>;
}

/** A JSON document as a test reads it. */
export type Document = Readonly<Record<string, never>> & {
  readonly items: readonly Document[];
  readonly before: Document;
  readonly after: Document;
  readonly callers: readonly Document[];
};

/** A rehearsal account for one test file. */
export async function openAccount(options: SandboxOptions = {}): Promise<Account> {
  const sandbox = await startSandbox({ operationMs: 20, ...options });
  const run: Account['run'] = (argv, given = {}) =>
    runMain(typeof argv === 'string' ? argv.split(' ') : argv, { env: sandbox.environment, ...given });
  return {
    sandbox,
    run,
    json: async (argv, exitCode = 0) => {
      const words = typeof argv === 'string' ? argv.split(' ') : argv;
      const result = await run([...words, '-o', 'json']);
      if (result.exitCode !== exitCode)
        throw new Error(`exit ${String(result.exitCode)}, not ${String(exitCode)}: ${result.stdout}${result.stderr}`);
      return JSON.parse(result.stdout === '' ? result.stderr : result.stdout) as Document;
    },
    close: sandbox.close,
  };
}

export const namesOf = (endpoint: Document): readonly string[] =>
  endpoint.callers.map(({ namespace }) => String(namespace)).sort();
