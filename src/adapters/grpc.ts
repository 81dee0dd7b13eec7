import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { fromGrpcStatus, fromSocketError } from '../errors/translate.ts';
import type { Answer, CallOptions, Connection, Rpc } from '../profile/connection.ts';
import { connectGrpc, type Connected } from './grpc-connect.ts';
import { statusDetails } from './grpc-details.ts';

const largestMessage = 64 * 1024 * 1024;
const attempts = 5;
/** A server that is asked too often is left alone for a while, by every call of this connection, and asked again. */
const limitedAttempts = 12;
const longestPauseMs = 30_000;
/** `retryAfterMs` of a server that does not want to be asked again. */
const never = -1;

/** Unary gRPC over one HTTP/2 connection: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. */
export function openGrpc(target: Connection): Rpc {
  let connecting: Promise<Connected> | undefined;
  let quietUntil = 0;
  const quiet = async (signal: AbortSignal): Promise<void> => {
    for (let left = quietUntil - Date.now(); left > 0; left = quietUntil - Date.now())
      // Those who waited together do not come back together.
      await sleep(left * (1 + Math.random() / 4), undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  const connected = async (signal: AbortSignal): Promise<Connected> => {
    connecting ??= connectGrpc(target, signal);
    try {
      const { session } = await connecting;
      if (!session.closed && !session.destroyed) return await connecting;
    } catch (error) {
      connecting = undefined;
      throw error;
    }
    connecting = undefined;
    return connected(signal);
  };
  const call: Rpc['call'] = async (method, request, options) => {
    let refreshed = false;
    for (let attempt = 1; ; attempt += 1) {
      options.signal.throwIfAborted();
      await quiet(options.signal);
      let sent = false;
      try {
        const connection = await connected(options.signal);
        sent = true;
        return await callOnce(connection, target.address, method, request, options);
      } catch (error) {
        if (options.signal.aborted) throw options.signal.reason;
        if (!(error instanceof NexusctlError)) throw error;
        // A key that was rotated since it was read: the references are resolved again, once.
        if (error.code === 'UNAUTHENTICATED' && sent && !refreshed) {
          refreshed = true;
          (await connecting)?.session.close();
          connecting = undefined;
          continue;
        }
        const limited = error.code === 'RATE_LIMITED';
        const most = limited ? limitedAttempts : sent ? attempts : 3;
        if (attempt >= most || !mayRetry(error, sent, options.repeatable)) throw error;
        const ms = pause(attempt, error);
        if (limited) quietUntil = Math.max(quietUntil, Date.now() + ms);
        else await sleep(ms, undefined, { signal: options.signal }).catch(() => undefined);
      }
    }
  };
  return {
    call,
    close: () => void connecting?.then(({ session }) => session.close()).catch(() => undefined),
  };
}

/** What was never sent may always be tried again; what was sent only if it may be done twice or was not begun. */
function mayRetry(error: NexusctlError, sent: boolean, repeatable: boolean): boolean {
  if (error.details?.['retryAfterMs'] === never) return false;
  if (error.code === 'RATE_LIMITED') return true;
  if (error.code !== 'UNREACHABLE') return false;
  if (!sent) return !['ENOTFOUND', 'ETIMEDOUT'].includes(String(error.details?.['errno']));
  return repeatable;
}

function pause(attempt: number, error: NexusctlError): number {
  const told = error.details?.['retryAfterMs'];
  if (typeof told === 'number') return Math.min(told, longestPauseMs);
  const longest = Math.min(100 * 2 ** attempt, 5_000) * (error.code === 'RATE_LIMITED' ? 2 : 1);
  return longest / 2 + (Math.random() * longest) / 2;
}

async function callOnce(
  { session, headers }: Connected,
  address: string,
  method: string,
  request: Uint8Array,
  { signal, deadlineMs = 30_000 }: CallOptions,
): Promise<Answer> {
  const received = await exchange(session, { headers, method, request, deadlineMs, signal, address }).catch(
    (error: unknown) => {
      throw fromSocketError(error, address);
    },
  );
  const { head, trailers, body } = received;
  const name = method.slice(method.lastIndexOf('/') + 1);
  const closing = trailers['grpc-status'] === undefined ? head : trailers;
  const status =
    closing['grpc-status'] === undefined ? statusOfHttp(Number(head[':status'])) : Number(closing['grpc-status']);
  if (status === 0) return { message: unframe(body, name), headers: plainHeaders(head) };
  throw fromAnswer(status, closing, name, address);
}

interface Exchange {
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
  readonly request: Uint8Array;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly address: string;
}

interface Received {
  readonly head: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function exchange(session: ClientHttp2Session, wish: Exchange): Promise<Received> {
  const limit = AbortSignal.any([wish.signal, AbortSignal.timeout(wish.deadlineMs)]);
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': wish.method,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': `${String(wish.deadlineMs)}m`,
      'grpc-accept-encoding': 'identity',
      ...wish.headers,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const fail = (error: unknown) => {
      limit.removeEventListener('abort', aborted);
      reject(error instanceof Error ? error : new Error(String(error)));
      if (!stream.destroyed) stream.close(8);
    };
    const aborted = () => {
      if (wish.signal.aborted) {
        fail(wish.signal.reason);
        return;
      }
      const method = wish.method.slice(wish.method.lastIndexOf('/') + 1);
      fail(
        fromGrpcStatus({
          status: 4,
          message: `no answer within ${String(wish.deadlineMs)} ms`,
          method,
          address: wish.address,
        }),
      );
    };
    limit.addEventListener('abort', aborted, { once: true });
    stream.on('response', (given) => (head = given));
    stream.on('trailers', (given: IncomingHttpHeaders) => (trailers = given));
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestMessage + 5) fail(tooLarge(wish.method));
      else chunks.push(chunk);
    });
    stream.on('error', (error) => fail(fromSocketError(error, wish.address)));
    stream.on('close', () => {
      limit.removeEventListener('abort', aborted);
      const ended = head[':status'] !== undefined && (trailers['grpc-status'] ?? head['grpc-status']) !== undefined;
      if (ended || (head[':status'] !== undefined && Number(head[':status']) !== 200))
        resolve({ head, trailers, body: Buffer.concat(chunks) });
      else fail(fromSocketError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }), wish.address));
    });
    stream.end(frame(wish.request));
  });
}

function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function unframe(body: Buffer, method: string): Uint8Array {
  if (body.length < 5 || body.readUInt8(0) !== 0 || body.readUInt32BE(1) !== body.length - 5)
    throw new NexusctlError('PROTOCOL_ERROR', `${method}: the answer is not one uncompressed gRPC message`, {
      hint: 'is a web server or proxy answering there? `nexusctl connect-test` tells',
    });
  return body.subarray(5);
}

function tooLarge(method: string): NexusctlError {
  return new NexusctlError('INPUT_TOO_LARGE', `${method}: the answer is larger than ${String(largestMessage)} bytes`);
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
function statusOfHttp(status: number): number {
  const table: Readonly<Record<number, number>> = {
    400: 13,
    401: 16,
    403: 7,
    404: 12,
    429: 14,
    502: 14,
    503: 14,
    504: 14,
  };
  return table[status] ?? 2;
}

function fromAnswer(status: number, closing: IncomingHttpHeaders, method: string, address: string): NexusctlError {
  const message = percentDecoded(headerOf(closing, 'grpc-message') ?? httpText(closing));
  const { reason, retryAfterMs } = statusDetails(headerOf(closing, 'grpc-status-details-bin'));
  const error = fromGrpcStatus({ status, message, method, address, ...(reason === undefined ? {} : { reason }) });
  const told = pushbackOf(headerOf(closing, 'grpc-retry-pushback-ms')) ?? retryAfterMs;
  if (told === undefined) return error;
  const { code, hint, details } = error;
  return new NexusctlError(code, error.message, { hint, details: { ...details, retryAfterMs: told } });
}

/** https://github.com/grpc/proposal/blob/master/A6-client-retries.md: what is no number of milliseconds means never. */
function pushbackOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  return /^\d{1,9}$/.test(header) ? Number(header) : never;
}

function httpText(head: IncomingHttpHeaders): string {
  return head[':status'] === undefined ? '' : `HTTP status ${String(head[':status'])} without a gRPC status`;
}

function percentDecoded(text: string): string {
  return Buffer.from(
    text.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function plainHeaders(head: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.keys(head)
      .filter((name) => !name.startsWith(':'))
      .map((name) => [name, headerOf(head, name) ?? '']),
  );
}
