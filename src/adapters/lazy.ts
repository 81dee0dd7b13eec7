import type { Ports } from '../context.ts';

/** The ports of the real world, each made (and its adapter loaded) on first use. */
export function lazyPorts(): Ports {
  return {
    files: once(async () => (await import('./files.ts')).files),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
