const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Payloads that no codec should touch, each for one habit of a client. None holds anything worth knowing. */
export const samples = {
  plain: { metadata: { encoding: base64('json/plain') }, data: base64('"nexusctl codec-server test"') },
  unknown: {
    metadata: { encoding: base64('binary/nexusctl-test'), 'x-Custom_Key': base64('kept') },
    data: base64('\u0000\u0001'),
  },
  external: {
    metadata: { encoding: base64('json/plain') },
    data: base64('1'),
    externalPayloads: [{ sizeBytes: '123' }],
  },
  /** Its base64 differs between the two alphabets. */
  bytes: { metadata: { encoding: base64('binary/plain') }, data: '+/+/' },
  empty: { metadata: { encoding: base64('binary/null') } },
  snakeCase: {
    metadata: { encoding: base64('json/plain') },
    data: base64('2'),
    external_payloads: [{ size_bytes: 123 }],
  },
  large: { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify('x'.repeat(2046))) },
} as const;

export function bodyOf(payloads: readonly object[]): string {
  return JSON.stringify({ payloads });
}
