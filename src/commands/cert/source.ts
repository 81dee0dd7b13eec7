import { addAbortSignal } from 'node:stream';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { secretsOf } from '../secrets-of.ts';

const limit = 1024 * 1024;

export interface CertSource {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly warnings: readonly string[];
}

/**
 * The bytes of a certificate or key: a path, a reference, or `-` for stdin. Looking at a certificate runs no command
 * (security.md 4).
 * @throws NexusctlError EXEC_NOT_ALLOWED, INPUT_TOO_LARGE, and what reading a reference throws
 */
export async function readSource(context: Context, source: string | undefined): Promise<CertSource> {
  if (source === undefined || source === '-') return readStdin(context, source);
  if (source.startsWith('exec:'))
    throw new NexusctlError('EXEC_NOT_ALLOWED', 'this command runs no other command', {
      hint: 'pipe it: COMMAND | nexusctl cert inspect -',
    });
  const secrets = secretsOf(context);
  const bytes = await secrets.resolve({ kind: 'reference', reference: source, base: context.cwd });
  return { name: source.replace(/^file:/, ''), bytes, warnings: secrets.warnings() };
}

async function readStdin({ stdin, signal }: Context, source: string | undefined): Promise<CertSource> {
  if (stdin.isTTY === true && source === undefined)
    throw new NexusctlError('USAGE', 'nothing to look at', {
      hint: 'name a file, a reference (env:NAME, s3://BUCKET/KEY), HOST:PORT, or - for stdin',
    });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(signal, stdin)) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    size += chunks.at(-1)?.length ?? 0;
    if (size > limit) throw new NexusctlError('INPUT_TOO_LARGE', 'more than 1 MiB came on stdin');
  }
  return { name: 'stdin', bytes: Buffer.concat(chunks), warnings: [] };
}
