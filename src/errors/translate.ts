import type { ErrorCode } from './catalogue.ts';
import { NexusctlError, type ErrorDetails } from './nexusctl-error.ts';

interface GrpcAnswer {
  /** The number of https://grpc.io/docs/guides/status-codes/. */
  readonly status: number;
  readonly message: string;
  /** Called method, e.g. `UpdateNexusEndpoint`. */
  readonly method: string;
  readonly address: string;
  /** Closed facts out of grpc-status-details-bin, e.g. the reason of a denial. */
  readonly reason?: string;
}

interface Meaning {
  readonly name: string;
  readonly code: ErrorCode;
  readonly hint?: string;
}

const retryLater = 'try again in a moment';
const seePermission =
  'check that the key or certificate belongs to somebody who may do this; `nexusctl connect-test` tells';

const meanings: Readonly<Record<number, Meaning>> = {
  1: { name: 'CANCELLED', code: 'SERVER_ERROR', hint: retryLater },
  2: { name: 'UNKNOWN', code: 'SERVER_ERROR', hint: retryLater },
  3: { name: 'INVALID_ARGUMENT', code: 'INVALID_ARGUMENT' },
  4: {
    name: 'DEADLINE_EXCEEDED',
    code: 'TIMED_OUT',
    hint: 'raise --command-timeout, or look at `nexusctl connect-test`',
  },
  5: { name: 'NOT_FOUND', code: 'NOT_FOUND' },
  6: { name: 'ALREADY_EXISTS', code: 'ALREADY_EXISTS' },
  7: { name: 'PERMISSION_DENIED', code: 'PERMISSION_DENIED', hint: seePermission },
  8: { name: 'RESOURCE_EXHAUSTED', code: 'RATE_LIMITED', hint: retryLater },
  9: { name: 'FAILED_PRECONDITION', code: 'CONFLICT', hint: 'read it again and repeat the command' },
  10: { name: 'ABORTED', code: 'CONFLICT', hint: 'read it again and repeat the command' },
  11: { name: 'OUT_OF_RANGE', code: 'INVALID_ARGUMENT' },
  12: {
    name: 'UNIMPLEMENTED',
    code: 'UNSUPPORTED_BY_SERVER',
    hint: 'is this address a Temporal server of a version that knows Nexus? `nexusctl connect-test` tells',
  },
  13: { name: 'INTERNAL', code: 'SERVER_ERROR', hint: retryLater },
  14: { name: 'UNAVAILABLE', code: 'UNREACHABLE', hint: 'run `nexusctl connect-test` to find out where the path ends' },
  15: { name: 'DATA_LOSS', code: 'SERVER_ERROR' },
  16: {
    name: 'UNAUTHENTICATED',
    code: 'UNAUTHENTICATED',
    hint: 'the API key or token is missing, expired or not for this server; `nexusctl connect-test` tells which',
  },
};

/** An answer of a gRPC server that is not OK, by its number; its text is shown but never decides anything. */
export function fromGrpcStatus(answer: GrpcAnswer, cause?: unknown): NexusctlError {
  const { name, code, hint } = meanings[answer.status] ?? {
    name: `status ${String(answer.status)}`,
    code: 'SERVER_ERROR',
  };
  const said = shorten(answer.message) || 'without a message';
  const reason = answer.reason === undefined ? '' : ` (${shorten(answer.reason)})`;
  const details: ErrorDetails = {
    grpcStatus: answer.status,
    grpcStatusName: name,
    method: answer.method,
    address: answer.address,
    ...(answer.reason === undefined ? {} : { reason: shorten(answer.reason) }),
  };
  return new NexusctlError(code, `${answer.method} at ${answer.address}: ${name}: ${said}${reason}`, {
    hint,
    cause,
    details,
  });
}

const certificateCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** A failure of DNS, TCP, TLS or HTTP/2 on the way, by its code. */
export function fromSocketError(error: unknown, address: string): NexusctlError {
  if (error instanceof NexusctlError) return error;
  const code = codeOf(error);
  const details: ErrorDetails = { address, ...(code === '' ? {} : { errno: code }) };
  const hint = 'run `nexusctl connect-test` to find out where the path ends';
  const because = code === '' ? 'the connection broke' : code;
  if (/^ERR_SSL_.*ALERT|^ERR_SSL_(TLSV1|SSLV3)_/.test(code))
    return new NexusctlError('UNAUTHENTICATED', `${address} refused the TLS handshake: ${because}`, {
      hint: 'the server may want a client certificate or refuse this one; `nexusctl connect-test` tells which',
      cause: error,
      details,
    });
  if (certificateCodes.has(code) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code === 'EPROTO')
    return new NexusctlError('TLS_FAILED', `no trusted TLS connection to ${address}: ${because}`, {
      hint,
      cause: error,
      details,
    });
  return new NexusctlError('UNREACHABLE', `cannot reach ${address}: ${because}`, { hint, cause: error, details });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Remote bodies go into messages with at most 256 bytes. */
function shorten(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= 256
    ? text
    : `${bytes
        .subarray(0, 253)
        .toString('utf8')
        .replace(/\ufffd+$/, '')}...`;
}
