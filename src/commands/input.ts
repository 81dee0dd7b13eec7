import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Context } from '../context.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';

const limit = 1024 * 1024;

/**
 * The text of a file, or of stdin for `-`; at most 1 MiB.
 * @throws NexusctlError FILE_UNREADABLE, INPUT_TOO_LARGE, INPUT_INVALID when it is not UTF-8
 */
export async function readInput(context: Context, path: string, most = limit): Promise<string> {
  const bytes = path === '-' ? await readStdin(context, most) : await readFile(context, path, most);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new NexusctlError('INPUT_INVALID', `${path === '-' ? 'stdin' : path} is not UTF-8 text`, {
      hint: 'save it as UTF-8',
    });
  }
}

async function readFile(context: Context, path: string, most: number): Promise<Uint8Array> {
  const files = await context.ports.files();
  const bytes = await files.read(resolve(context.cwd, path), most);
  if (bytes !== null) return bytes;
  throw new NexusctlError('FILE_UNREADABLE', `there is no file ${path}`, { hint: 'check the path', details: { path } });
}

function readStdin(context: Context, most: number): Promise<Buffer> {
  return readPiped(
    context,
    most,
    () => new NexusctlError('INPUT_TOO_LARGE', `stdin is larger than ${String(most)} bytes`),
  );
}

/**
 * All that comes on stdin; a signal ends the waiting.
 * @param most bytes
 * @param tooLarge makes what is thrown for more
 */
export async function readPiped(
  { stdin, signal }: Pick<Context, 'stdin' | 'signal'>,
  most: number,
  tooLarge: () => NexusctlError,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(signal, stdin)) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > most) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
