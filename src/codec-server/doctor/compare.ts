import type { SeenAs } from './report.ts';

export interface Comparison {
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
export function compareAnswer(body: string, sent: readonly object[], names: readonly string[] = []): Comparison {
  const none = (what: string): Comparison => ({ count: 0, difference: what, strictness: what, spelling: null });
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return none(`the answer is not JSON${insteadOf(body)}`);
  }
  const list = isTable(answer) ? (answer['payloads'] ?? []) : undefined;
  if (!isTable(answer) || !Array.isArray(list)) return none('the answer has no list of payloads');
  const payloads: readonly unknown[] = list;
  const strictness = strictnessOf(answer, payloads);
  return {
    count: payloads.length,
    difference: differenceOf(payloads, sent, names),
    strictness,
    spelling: strictness === null ? spellingOf(payloads) : null,
  };
}

function insteadOf(body: string): string {
  if (body === '') return ': it is empty';
  if (/^\s*</.test(body)) return ' but a page: another program, or a login before it';
  if (body.startsWith('\ufeff')) return ': it begins with a byte order mark';
  return body.startsWith('\u001f') ? ': it is compressed, and no Content-Encoding says so' : '';
}

function differenceOf(payloads: readonly unknown[], sent: readonly object[], names: readonly string[]): string | null {
  const nameOf = (index: number): string => names[index] ?? `payload ${String(index + 1)} of ${String(sent.length)}`;
  const [there, back] = [sent.map(canonical), payloads.map(canonical)];
  if (back.length !== there.length) {
    const [missing, more] = there.flatMap((one, index) => (back.includes(one) ? [] : [index]));
    const which = missing === undefined || more !== undefined ? '' : `: ${nameOf(missing)} is missing`;
    return `${String(back.length)} payloads came back for ${String(there.length)}${which}`;
  }
  const at = there.findIndex((one, index) => one !== back[index]);
  if (at === -1) return null;
  if ([...there].sort().join() === [...back].sort().join()) return 'the payloads came back in another order';
  return `${nameOf(at)} came back ${changeOf(parts(sent[at]), parts(payloads[at]))}`;
}

function changeOf(sent: Parts, got: Parts): string {
  const [lost] = Object.keys(sent.metadata).filter((key) => got.metadata[key] === undefined);
  if (lost !== undefined) return `without its metadata '${lost}'`;
  const [added] = Object.keys(got.metadata).filter((key) => sent.metadata[key] === undefined);
  if (added !== undefined) return `with new metadata '${added}'`;
  const [changed] = Object.keys(sent.metadata).filter((key) => got.metadata[key] !== sent.metadata[key]);
  if (changed !== undefined) return `with other metadata '${changed}'`;
  if (sent.data !== got.data) return 'with other data';
  return got.sizes.length === 0 ? 'without externalPayloads' : 'with other externalPayloads';
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
    const { metadata, data } = payload;
    if (!isBase64(data ?? '')) return 'the data of a payload is not base64';
    if (!isTable(metadata ?? {})) return 'the metadata of a payload is not an object';
    const wrong = Object.entries(metadata ?? {}).find(([key, value]) => !isBase64(value, key === 'encoding'));
    if (wrong !== undefined) return `the metadata '${wrong[0]}' of a payload is not base64`;
  }
  return null;
}

/** Names like `json/plain` are base64 by accident, but of noise. */
function isBase64(text: unknown, ofText = false): boolean {
  if (typeof text !== 'string' || !/^[\w+/-]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1)
    return false;
  return !ofText || /^[ -~\s]*$/.test(Buffer.from(text, 'base64').toString('latin1'));
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

interface Parts {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: string;
  readonly sizes: readonly string[];
}

/** What a payload says, however it is spelled. */
function parts(payload: unknown): Parts {
  if (!isTable(payload)) return { metadata: {}, data: '', sizes: [] };
  const metadata = isTable(payload['metadata']) ? payload['metadata'] : {};
  const sizes = payload['externalPayloads'] ?? payload['external_payloads'] ?? [];
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, bytesOf(value)])),
    data: bytesOf(payload['data']),
    sizes: (Array.isArray(sizes) ? sizes : []).map((size: unknown) =>
      isTable(size) ? JSON.stringify(size['sizeBytes'] ?? size['size_bytes'] ?? 0).replaceAll('"', '') : '',
    ),
  };
}

function canonical(payload: unknown): string {
  const { metadata, data, sizes } = parts(payload);
  return JSON.stringify([Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)), data, sizes]);
}

function bytesOf(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('hex') : '';
}

type Table = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
