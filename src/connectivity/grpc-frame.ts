/** The first message of a gRPC body: a flag, a length, the bytes. Null when it is not whole or is compressed. */
export function firstMessage(body: Uint8Array): Uint8Array | null {
  if (body.length < 5 || body[0] !== 0) return null;
  const length = Buffer.from(body).readUInt32BE(1);
  return body.length < 5 + length ? null : body.subarray(5, 5 + length);
}
