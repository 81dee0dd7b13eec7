import { runMain } from '../helpers/context.ts';
import { keyring, withFiles } from './history.ts';

export interface Audited {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  readonly findings: readonly {
    readonly code: string;
    readonly path: string;
    readonly message: string;
    readonly endpoint?: string;
    readonly key?: string;
    readonly certain?: boolean;
  }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly iamPolicy?: unknown;
  readonly warnings: readonly string[];
}

/** `payload audit` of a document (JSON, or bytes as they are), with the keyring of history.ts. */
export async function audit(
  document: unknown,
  ...argv: string[]
): Promise<{ readonly exitCode: number; readonly audit: Audited; readonly stdout: string }> {
  return withFiles(keyring, async (folder) => {
    const { stdout, exitCode } = await runMain(
      ['payload', 'audit', '-o', 'json', '--keyring', `${folder}/keyring.toml`, ...argv],
      { stdin: document instanceof Uint8Array ? document : JSON.stringify(document), env: { HOME: folder } },
    );
    return { exitCode, stdout, audit: JSON.parse(stdout) as Audited };
  });
}
