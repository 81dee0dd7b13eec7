import { stat } from 'node:fs/promises';
import type { FileFacts, Files } from '../profile/files.ts';

export const files: Pick<Files, 'stat'> = { stat: facts };

async function facts(path: string): Promise<FileFacts | null> {
  try {
    const { size, mode, uid, ...found } = await stat(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { kind, size, mode: mode & 0o7777, uid };
  } catch {
    return null;
  }
}
