/** Bounds of a codec server (security.md 9). Each is counted, not estimated. */
export const codecLimits = {
  /** Bytes of one request's body. */
  bodyBytes: 4 * 1024 * 1024,
  /** Bytes that the payloads of one request may unpack to, all layers together. */
  unpackedBytes: 64 * 1024 * 1024,
  /** Requests at once; each may hold a body. */
  concurrent: 64,
  connections: 512,
  /** For the key services behind one request. */
  answerMs: 10_000,
  headersMs: 5_000,
  /** For a whole request to arrive. */
  requestMs: 10_000,
  idleMs: 60_000,
  /** What requests in flight get when the server stops. */
  stopMs: 10_000,
  perSecond: 5_000,
} as const;

export type CodecLimits = Readonly<Record<keyof typeof codecLimits, number>>;
