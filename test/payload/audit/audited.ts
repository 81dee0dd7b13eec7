import { runMain } from '../../helpers/context.ts';
import { history, keyring, scheduled, withFiles } from '../history.ts';

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

/** `payload audit --try-keys` of the input of an operation, with a keyring of its own. */
export async function tried(
  keys: string,
  payload: unknown,
  env: Readonly<Record<string, string>>,
  ...argv: string[]
): Promise<{ readonly exitCode: number; readonly audit: Audited }> {
  return withFiles({ 'k.toml': keys }, async (folder) => {
    const { stdout, exitCode } = await runMain(
      ['payload', 'audit', '-o', 'json', '--try-keys', '--keyring', `${folder}/k.toml`, ...argv],
      { stdin: JSON.stringify(history([scheduled('5', 'pay', payload as Readonly<Record<string, unknown>>)])), env },
    );
    return { exitCode, audit: JSON.parse(stdout) as Audited };
  });
}
