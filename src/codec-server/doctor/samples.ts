import type { SeenAs } from './report.ts';

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

interface Comparison {
  /** Payloads in the answer. */
  readonly count: number;
  /** What is not as it was sent. */
  readonly difference: string | null;
  /** What Go refuses. */
  readonly strictness: string | null;
  /** What Go reads and a browser does not. */
  readonly spelling: { readonly status: 'warn' | 'fail'; readonly message: string; readonly seenAs?: SeenAs } | null;
}

/** @returns what is wrong with an answer that should be `sent` again; nulls when nothing is */
export function compareAnswer(body: string, sent: readonly object[]): Comparison {
  const none = (what: string): Comparison => ({ count: 0, difference: what, strictness: what, spelling: null });
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return none('the answer is not JSON');
  }
  const list = isTable(answer) ? (answer['payloads'] ?? []) : undefined;
  if (!isTable(answer) || !Array.isArray(list)) return none('the answer has no list of payloads');
  const payloads: readonly unknown[] = list;
  return {
    count: payloads.length,
    difference: differenceOf(payloads, sent),
    strictness: strictnessOf(answer, payloads),
    spelling: spellingOf(payloads),
  };
}

function differenceOf(payloads: readonly unknown[], sent: readonly object[]): string | null {
  if (payloads.length !== sent.length)
    return `${String(payloads.length)} payloads came back for ${String(sent.length)}`;
  const at = sent.findIndex((payload, index) => canonical(payload) !== canonical(payloads[index]));
  return at === -1 ? null : `payload ${String(at + 1)} of ${String(sent.length)} came back changed`;
}

/** Go's protojson refuses what the schema does not know, snake_case aside. */
function strictnessOf(answer: Table, payloads: readonly unknown[]): string | null {
  const beside = Object.keys(answer).find((key) => key !== 'payloads');
  if (beside !== undefined) return `the answer has a member '${beside}' that the schema does not know`;
  for (const payload of payloads) {
    if (!isTable(payload)) return 'a payload is not an object';
    const known = ['metadata', 'data', 'externalPayloads', 'external_payloads'];
    const unknown = Object.keys(payload).find((key) => !known.includes(key));
    if (unknown !== undefined) return `a payload has a member '${unknown}' that the schema does not know`;
  }
  return null;
}

function spellingOf(payloads: readonly unknown[]): Comparison['spelling'] {
  for (const payload of payloads) {
    if (!isTable(payload)) continue;
    const { metadata, data } = payload;
    const texts = [data, ...(isTable(metadata) ? Object.values(metadata) : [])];
    if (texts.some((text) => typeof text === 'string' && /[-_]/.test(text)))
      return {
        status: 'fail',
        message: 'base64 in the alphabet for addresses (- and _), which browsers do not read',
        seenAs: { webUi: 'payloads that hold such bytes cannot be read' },
      };
    if (payload['external_payloads'] !== undefined)
      return {
        status: 'warn',
        message:
          "it writes external_payloads, as the Go SDK's handler does; Go reads that, the JSON name is externalPayloads",
      };
  }
  return null;
}

function canonical(payload: unknown): string {
  if (!isTable(payload)) return '';
  const metadata = isTable(payload['metadata']) ? payload['metadata'] : {};
  const sizes = payload['externalPayloads'] ?? payload['external_payloads'] ?? [];
  return JSON.stringify([
    Object.entries(metadata)
      .map(([key, value]) => [key, bytesOf(value)])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    bytesOf(payload['data']),
    (Array.isArray(sizes) ? sizes : []).map((size: unknown) =>
      isTable(size) ? JSON.stringify(size['sizeBytes'] ?? size['size_bytes'] ?? 0).replaceAll('"', '') : '',
    ),
  ]);
}

function bytesOf(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('hex') : '';
}

type Table = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
