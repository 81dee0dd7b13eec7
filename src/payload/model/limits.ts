/** Bounds on hostile input (security.md 9). Going past one is a named failure, never a crash. */
export const limits = {
  /** Bytes that one layer may unpack to; a flag raises it. */
  layerBytes: 16 * 1024 * 1024,
  /** Bytes that the payloads of a document which are held at once may unpack to together. */
  batchBytes: 512 * 1024 * 1024,
  layers: 8,
  /** Nesting of JSON, of failures through `cause`, of messages in messages. */
  depth: 100,
  /** Bytes of one history event or one JSON line. */
  elementBytes: 64 * 1024 * 1024,
  /** Bytes of a document that must be held whole: proto, base64, a single JSON value. */
  documentBytes: 512 * 1024 * 1024,
  /** Keys tried on a payload that names none. */
  candidates: 16,
} as const;
