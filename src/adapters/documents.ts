import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { reasonOf } from './file-reasons.ts';
import { hasCode, replaceable, unwritable } from './replaceable.ts';
import type { DocumentWriter, Documents } from '../payload/documents/documents.ts';

export const documents: Documents = { read, write };

async function* read(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 512 * 1024, signal }) as AsyncIterable<Buffer>;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const gone = hasCode(error, 'ENOENT');
    throw new NexusctlError(
      'FILE_UNREADABLE',
      gone ? `${path} is not there` : `cannot read ${path}: ${reasonOf(error)}`,
      {
        cause: error,
        hint: hasCode(error, 'EISDIR')
          ? `name the files in it; audit takes several: nexusctl payload audit ${asTyped(join(path, '*'))}`
          : 'give the path of a file, or - for the standard input',
      },
    );
  }
}

/** The shell fills in the star; a path that it would take apart is left to people. */
function asTyped(pattern: string): string {
  return /^[A-Za-z0-9._:/\\*-]+$/.test(pattern) ? pattern : 'FOLDER/*';
}

async function write(path: string): Promise<DocumentWriter> {
  const { target } = await replaceable(path);
  const beside = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw unwritable(path, error);
    }
  };
  const file = await told(open(beside, 'wx', 0o600));
  const abandon = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
  };
  return {
    write: (chunk) => told(file.writeFile(chunk)),
    close: async () => {
      try {
        await told(file.sync());
        await told(file.close());
        await told(rename(beside, target));
      } catch (error) {
        await abandon();
        throw error;
      }
    },
    abandon,
  };
}
