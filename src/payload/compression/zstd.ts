import { NexusctlError } from '../../errors/nexusctl-error.ts';

const frameMagic = 0xfd2fb528;

/** What zstd itself takes without being asked to: a window costs memory before anything is unpacked. */
const windowBytes = 128 * 1024 * 1024;

/**
 * One Zstandard frame (RFC 8878) without a dictionary.
 * @throws NexusctlError LIMIT_EXCEEDED before more than `limit` bytes are kept, PAYLOAD_MALFORMED
 */
export async function zstdUncompress(frame: Buffer, limit: number): Promise<Buffer> {
  checkFrame(frame, limit);
  const { Decompress } = await import('fzstd');
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    new Decompress((chunk) => {
      length += chunk.length;
      if (length > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }).push(frame, true);
  } catch (error) {
    if (error instanceof NexusctlError) throw error;
    throw damaged(error);
  }
  return Buffer.concat(chunks);
}

/** The library believes a header's sizes and takes frame after frame: both are looked at here. */
function checkFrame(frame: Buffer, limit: number): void {
  if (frame.length < 9 || frame.readUInt32LE(0) !== frameMagic) throw damaged();
  const flags = frame.readUInt8(4);
  const single = (flags & 0x20) !== 0;
  if ((flags & 0x0b) !== 0) throw damaged();
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  if (!single) {
    const descriptor = frame.readUInt8(5);
    const base = 2 ** (10 + (descriptor >> 3));
    if (base + (base / 8) * (descriptor & 7) > windowBytes) throw tooLarge(windowBytes);
  }
  const header = 5 + (single ? 0 : 1);
  if (sizeBytes > 0 && contentSize(frame, header, sizeBytes) > limit) throw tooLarge(limit);
  if (endOfBlocks(frame, header + sizeBytes) + (flags & 4) !== frame.length) throw damaged();
}

function contentSize(frame: Buffer, at: number, bytes: number): number {
  if (at + bytes > frame.length) throw damaged();
  if (bytes === 8) return Number(frame.readBigUInt64LE(at));
  return frame.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

/** Each block has a header of 3 bytes: last, type (1: one byte that is repeated, 2: compressed), size. */
function endOfBlocks(frame: Buffer, from: number): number {
  for (let at = from; at + 3 <= frame.length;) {
    const header = frame.readUIntLE(at, 3);
    const type = (header >> 1) & 3;
    const end = at + 3 + (type === 1 ? 1 : header >> 3);
    if (type === 2 && weightsWithoutEnd(frame.subarray(at + 3, end))) throw damaged();
    at = end;
    if ((header & 1) !== 0) return at;
  }
  throw damaged();
}

/**
 * Whether the weights of a block's Huffman table are coded so that one weight has all the probability: reading one then
 * takes no bit, and the library reads them for ever. No writer does that, and zstd itself takes it for damage.
 */
function weightsWithoutEnd(block: Buffer): boolean {
  const byte = (at: number): number => block[at] ?? 0;
  if ((byte(0) & 3) !== 2) return false;
  const table = [3, 3, 4, 5][(byte(0) >> 2) & 3] ?? 5;
  // From 128 on the weights stand there as they are.
  if (byte(table) >= 128) return false;
  const whole = 32 << (byte(table + 1) & 15);
  let bit = (table + 1) * 8 + 4;
  const take = (bits: number): number => {
    const at = bit >> 3;
    const value = ((byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16)) >> (bit & 7)) & ((1 << bits) - 1);
    bit += bits;
    return value;
  };
  const width = 32 - Math.clz32(whole + 1);
  // RFC 8878, 4.1.1: weights that never occur may come first, counted by twos.
  for (let symbol = 0; symbol < 256; symbol += 1) {
    const start = bit;
    const value = take(width);
    // The largest value, all bits set, stands for the whole.
    if (value === (1 << width) - 1) return true;
    const short = value & ((1 << (width - 1)) - 1);
    const spare = (1 << width) - 1 - (whole + 1);
    const probability = (short < spare ? short : value >= 1 << (width - 1) ? value - spare : value) - 1;
    if (short < spare) bit = start + width - 1;
    if (probability !== 0) return probability === whole;
    for (let more = 3; more === 3; symbol += more) more = take(2);
  }
  return false;
}

function tooLarge(limit: number): NexusctlError {
  return new NexusctlError('LIMIT_EXCEEDED', `a layer unpacks to more than ${String(limit)} bytes`, {
    hint: 'raise --max-layer-bytes if you trust the writer',
  });
}

function damaged(cause?: unknown): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', 'the zstd frame is damaged', { cause });
}
