import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { reasonOf } from './file-reasons.ts';
import type { DocumentWriter, Documents } from '../payload/documents.ts';

export const documents: Documents = { read, write };

async function* read(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 512 * 1024, signal }) as AsyncIterable<Buffer>;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new NexusctlError(
      'FILE_UNREADABLE',
      gone ? `${path} is not there` : `cannot read ${path}: ${reasonOf(error)}`,
      {
        cause: error,
        hint: 'give the path of a file, or - for the standard input',
      },
    );
  }
}

async function write(path: string): Promise<DocumentWriter> {
  const target = await realpath(path).catch(() => path);
  const beside = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  const unwritable = (error: unknown): NexusctlError =>
    new NexusctlError('FILE_UNWRITABLE', `cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  const file = await open(beside, 'wx', 0o600).catch((error: unknown) => {
    throw unwritable(error);
  });
  return {
    write: async (chunk) => {
      await file.writeFile(chunk).catch((error: unknown) => {
        throw unwritable(error);
      });
    },
    close: async () => {
      await file.sync();
      await file.close();
      await rename(beside, target);
    },
    abandon: async () => {
      await file.close();
      await rm(beside, { force: true });
    },
  };
}
