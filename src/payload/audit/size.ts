import { findingAt, type AuditFinding } from './codes.ts';
import type { Handled } from '../handled.ts';

/** Bytes on the wire, for plaintext: once encrypted with the key that would write it. */
export interface Sized {
  readonly size: number;
  readonly encrypted: boolean;
  /** False for an estimate. */
  readonly exact: boolean;
}

export interface Limit {
  readonly error: number;
  readonly warning: number;
  /** What holds no more than `error`. */
  readonly says: string;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** Of the server, in bytes, by its dynamic configuration (4.7 of the payload notes); more than these is too much. */
export const limits = {
  /** limit.blobSize: a payload, a list of them, the details of a marker, a failure. */
  blob: { error: 2 * MiB, warning: 512 * KiB, says: 'the server refuses more than 2 MiB' },
  /** limit.memoSize */
  memo: { error: 2 * MiB, warning: 2 * KiB, says: 'the server refuses a memo of more than 2 MiB' },
  /** What gRPC takes for a message, and system.transactionSizeLimit: events that are written together. */
  message: {
    error: 4 * MiB,
    warning: Infinity,
    says: 'a gRPC message and a transaction of the server hold no more than 4 MiB',
  },
  /** limit.historySize */
  history: {
    error: 50 * MiB,
    warning: 10 * MiB,
    says: 'the server terminates a workflow whose history is larger than 50 MiB',
  },
} as const satisfies Readonly<Record<string, Limit>>;
/** limit.historyCount: events of a history. */
export const eventLimits = { error: 50 * 1024, warning: 10 * 1024 } as const;

/** What the server says to so many bytes; at most one finding. */
export function sizeFinding(
  place: Pick<Handled, 'path' | 'position'>,
  { size, encrypted, exact }: Sized,
  limit: Limit = limits.blob,
  what = '',
): readonly AuditFinding[] {
  const code = codeOf(size, limit);
  if (code === null) return [];
  const says = code === 'SIZE_ERROR' ? limit.says : `the server warns above ${inUnits(limit.warning)}`;
  const bytes = `${exact ? '' : 'about '}${String(size)} bytes${encrypted ? '' : ' once encrypted'}`;
  return [findingAt(code, place, `${what}${bytes}: ${says}`)];
}

export function codeOf(
  size: number,
  { error, warning }: Pick<Limit, 'error' | 'warning'>,
): 'SIZE_ERROR' | 'SIZE_WARNING' | null {
  return size > error ? 'SIZE_ERROR' : size > warning ? 'SIZE_WARNING' : null;
}

function inUnits(bytes: number): string {
  return bytes < MiB ? `${String(bytes / KiB)} KiB` : `${String(bytes / MiB)} MiB`;
}
