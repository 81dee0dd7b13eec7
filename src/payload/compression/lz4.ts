import { NexusctlError } from '../../errors/nexusctl-error.ts';

const frameMagic = 0x184d2204;

/**
 * An LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), what temporal-proxy's compressor writes.
 * Its checksums are passed over: they guard against accidents, and the layer outside it against everybody.
 * @throws NexusctlError LIMIT_EXCEEDED, PAYLOAD_MALFORMED
 */
export function lz4Uncompress(frame: Buffer, limit: number): Buffer {
  if (frame.length < 11 || frame.readUInt32LE(0) !== frameMagic) throw damaged();
  const flags = frame.readUInt8(4);
  if (flags >> 6 !== 1 || (flags & 1) !== 0) throw damaged();
  const [blockChecksum, hasSize] = [(flags & 0x10) !== 0, (flags & 0x08) !== 0];
  if (hasSize && (frame.length < 15 || frame.readBigUInt64LE(6) > BigInt(limit))) throw tooLarge(limit);
  const out: Output = { bytes: Buffer.allocUnsafe(Math.min(limit, frame.length * 4)), length: 0, limit };
  for (let at = hasSize ? 15 : 7; ;) {
    if (at + 4 > frame.length) throw damaged();
    const header = frame.readUInt32LE(at);
    at += 4;
    if (header === 0) return out.bytes.subarray(0, out.length);
    const size = header & 0x7fffffff;
    if (at + size > frame.length) throw damaged();
    const block = frame.subarray(at, at + size);
    // Blocks may refer to those before them; one that is stored as it is has the highest bit set.
    if (header >= 0x80000000) append(out, block);
    else unpackBlock(block, out);
    at += size + (blockChecksum ? 4 : 0);
  }
}

interface Output {
  bytes: Buffer;
  length: number;
  readonly limit: number;
}

/** Sequences of literals and a copy (lz4_Block_format.md); the last has literals only. */
function unpackBlock(block: Buffer, out: Output): void {
  let at = 0;
  const more = (length: number): number => {
    if (length !== 15) return length;
    for (let total = length; ;) {
      const byte = block[at++];
      if (byte === undefined) throw damaged();
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = more(token >> 4);
    if (at + literals > block.length) throw damaged();
    append(out, block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return;
    if (at + 2 > block.length) throw damaged();
    const offset = block.readUInt16LE(at);
    at += 2;
    repeat(out, offset, more(token & 15) + 4);
  }
}

function append(out: Output, bytes: Buffer): void {
  reserve(out, bytes.length);
  bytes.copy(out.bytes, out.length);
  out.length += bytes.length;
}

function repeat(out: Output, offset: number, length: number): void {
  if (offset === 0 || offset > out.length) throw damaged();
  reserve(out, length);
  const { bytes, length: to } = out;
  // Byte by byte: a copy may overlap what it writes.
  for (let index = 0; index < length; index += 1) bytes[to + index] = bytes.readUInt8(to + index - offset);
  out.length += length;
}

function reserve(out: Output, length: number): void {
  const wanted = out.length + length;
  if (wanted > out.limit) throw tooLarge(out.limit);
  if (wanted <= out.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.min(out.limit, Math.max(wanted, out.bytes.length * 2)));
  out.bytes.copy(grown, 0, 0, out.length);
  out.bytes = grown;
}

function tooLarge(limit: number): NexusctlError {
  return new NexusctlError('LIMIT_EXCEEDED', `a layer unpacks to more than ${String(limit)} bytes`, {
    hint: 'raise --max-layer-bytes if you trust the writer',
  });
}

function damaged(): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', 'the lz4 frame is damaged');
}
