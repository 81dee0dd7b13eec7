import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { bufferOf } from '../../protobuf/wire.ts';
import { limits } from '../model/limits.ts';

/** Bytes that arrive; `more` waits for at least as many again as are unread. */
export interface Inflow {
  readonly bytes: () => Buffer;
  /** Forgets the first bytes. */
  readonly drop: (count: number) => void;
  /** @returns false at the end of the input */
  readonly more: () => Promise<boolean>;
}

/** The least that is read before anything is looked at. */
const chunkBytes = 512 * 1024;

export function makeInflow(source: AsyncIterable<Uint8Array | string>): Inflow {
  const iterator = source[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);
  let ended = false;
  return {
    bytes: () => buffer,
    drop: (count) => {
      buffer = buffer.subarray(count);
    },
    async more() {
      if (ended) return false;
      const wanted = Math.max(chunkBytes, buffer.length * 2);
      if (wanted > limits.documentBytes) throw tooLarge(limits.documentBytes);
      const chunks = [buffer];
      for (let length = buffer.length; length < wanted;) {
        const next = await iterator.next();
        if (next.done === true) {
          ended = true;
          break;
        }
        const { value } = next;
        const chunk = typeof value === 'string' ? Buffer.from(value) : bufferOf(value);
        chunks.push(chunk);
        length += chunk.length;
      }
      const grown = chunks.length > 1;
      buffer = grown ? Buffer.concat(chunks) : buffer;
      return grown;
    },
  };
}

export function tooLarge(limit: number): NexusctlError {
  return new NexusctlError('LIMIT_EXCEEDED', `a single value of the input is larger than ${String(limit)} bytes`);
}
