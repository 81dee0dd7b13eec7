import { resolve } from 'node:path';
import type { Context } from '../../context.ts';

/** Where a document goes: the standard output, or a file that only its owner may read. */
export interface Target {
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
  /** Nothing is left behind of a file. */
  readonly abandon: () => Promise<void>;
}

const heldBytes = 4 * 1024 * 1024;

/**
 * The beginning is held back, so that an error in the first few MiB leaves the standard output empty, as the contract has
 * it; a file appears only when it is whole.
 */
export async function targetOf(context: Context, out: string | undefined): Promise<Target> {
  if (out !== undefined) {
    const file = await (await context.ports.documents()).write(resolve(context.cwd, out));
    return { ...file, write: (chunk) => file.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk) };
  }
  let held: Buffer[] | null = [];
  let size = 0;
  const release = async (): Promise<void> => {
    if (held === null) return;
    const bytes = Buffer.concat(held);
    held = null;
    if (bytes.length > 0) await context.stdout.write(bytes);
  };
  return {
    write: async (chunk) => {
      if (held === null) return context.stdout.write(chunk);
      const bytes = Buffer.from(chunk);
      held.push(bytes);
      size += bytes.length;
      if (size > heldBytes) await release();
    },
    close: release,
    abandon: () => {
      held = [];
      return Promise.resolve();
    },
  };
}

/** Runs `work` against a target and leaves nothing half done. */
export async function intoTarget(target: Target, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await target.abandon();
    throw error;
  }
  await target.close();
}
