import { NexusctlError } from '../../errors/nexusctl-error.ts';

/**
 * A snappy raw block (https://github.com/google/snappy/blob/main/format_description.txt): the length as a varint, then
 * literals and copies of what is already there.
 * @throws NexusctlError LIMIT_EXCEEDED before anything is allocated, PAYLOAD_MALFORMED
 */
export function snappyUncompress(block: Buffer, limit: number): Buffer {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = block[at++];
    if (byte === undefined || shift > 28) throw damaged();
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (length > limit)
    throw new NexusctlError('LIMIT_EXCEEDED', `a layer unpacks to more than ${String(limit)} bytes`, {
      hint: 'raise --max-layer-bytes if you trust the writer',
    });
  // An element of three bytes makes at most 64: what says more is damaged, and is not given the memory.
  if (length > block.length * 22 + 64) throw damaged();
  const out = Buffer.allocUnsafe(length);
  let to = 0;
  while (at < block.length) {
    const tag = block.readUInt8(at++);
    if ((tag & 3) === 0) {
      let size = tag >> 2;
      if (size >= 60) {
        const bytes = size - 59;
        if (at + bytes > block.length) throw damaged();
        size = block.readUIntLE(at, bytes);
        at += bytes;
      }
      size += 1;
      if (at + size > block.length || to + size > length) throw damaged();
      block.copy(out, to, at, at + size);
      at += size;
      to += size;
      continue;
    }
    const bytes = [0, 1, 2, 4][tag & 3] ?? 4;
    if (at + bytes > block.length) throw damaged();
    const size = bytes === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = block.readUIntLE(at, bytes) + (bytes === 1 ? (tag >> 5) << 8 : 0);
    at += bytes;
    if (offset === 0 || offset > to || to + size > length) throw damaged();
    // Byte by byte: a copy may overlap what it writes.
    for (let index = 0; index < size; index += 1) out[to + index] = out.readUInt8(to + index - offset);
    to += size;
  }
  if (to !== length) throw damaged();
  return out;
}

function damaged(): NexusctlError {
  return new NexusctlError('PAYLOAD_MALFORMED', 'the snappy block is damaged');
}
