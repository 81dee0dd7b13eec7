import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { reasonOf } from './file-reasons.ts';
import type { DocumentWriter, Documents } from '../payload/documents.ts';
import { readMessage } from '../protobuf/message.ts';

const exportType = 'export.v1.WorkflowExecutions';

export const documents: Documents = {
  read,
  write,
  protoJson: async (type, message) => {
    const { protoJson } = await import('./proto-json.ts');
    const jsonOf = (name: string) => protoJson(`temporal.api.${name}`, () => undefined);
    if (type !== exportType) return (await jsonOf(type))(message);
    // The SDK's protos have everything but the export: items (1), each with its history (1).
    const historyJson = await jsonOf('history.v1.History');
    const items = readMessage(message).all(1);
    const histories = items.flatMap(({ value }) =>
      readMessage(value)
        .all(1)
        .map((field) => historyJson(field.value)),
    );
    return `{"items":[${histories.map((history) => `{"history":${history}}`).join(',')}]}`;
  },
};

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
