import type { CheckInput } from './check.ts';
import { finding, type Finding } from './finding.ts';
import type { Session, UnaryResult } from './net.ts';
import { limitsOf } from './way.ts';
import { excerpt, isHttp2 } from './wire-words.ts';

/** What a call to the server says about everything that stands before its own status. Null: a gRPC status arrived. */
export async function transportFinding(
  result: UnaryResult,
  session: Session,
  input: CheckInput,
): Promise<Finding | null> {
  const { httpStatus, grpcStatus, resetCode, goawayCode, errno, headers } = result;
  const server = headers['server'];
  const evidence = { ...(httpStatus === undefined ? {} : { httpStatus }), ...(server === undefined ? {} : { server }) };
  if (httpStatus !== undefined && (httpStatus !== 200 || !isGrpc(headers['content-type'])) && grpcStatus === undefined)
    return page(httpStatus, result, evidence);
  if (goawayCode === 11)
    return finding('H2005', 'the server ends the connection: ENHANCE_YOUR_CALM (too many pings)', {
      evidence: { goawayCode },
    });
  if (grpcStatus !== undefined) return null;
  if (errno === 'ETIMEDOUT') return silence(result, session, input);
  if (goawayCode === 0)
    return finding('H2003', 'the server says goodbye (GOAWAY) and does not answer the call', {
      evidence: { goawayCode },
    });
  if (resetCode !== undefined) return reset(resetCode, evidence);
  if (httpStatus === undefined) return dropped(errno, input);
  return finding('RPC006', 'the answer has no gRPC status: its trailers were lost on the way', { evidence });
}

/** In TLS 1.3 a refused client certificate may show as a connection that breaks during the first call. */
function dropped(errno: string | undefined, { evidence }: CheckInput): Finding {
  const alert = /^ERR_SSL_.*ALERT/.test(errno ?? '');
  if (alert && evidence('tls') !== undefined)
    return finding('MTL005', `the server ends the connection at the first call (${errno ?? ''})`, {
      evidence: { errno: errno ?? '' },
    });
  return finding('H2004', `the connection is dropped during the call${errno === undefined ? '' : ` (${errno})`}`);
}

function isGrpc(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/grpc') === true && !contentType.startsWith('application/grpc-web');
}

async function silence(result: UnaryResult, session: Session, input: CheckInput): Promise<Finding> {
  // nginx itself refuses a path above the root, so it tells its name even where its backend hangs.
  const asked = await session.unary({ path: '/../', message: new Uint8Array(), headers: {} }, limitsOf(input, 500));
  if (/^nginx/i.test(asked.headers['server'] ?? ''))
    return finding('RPC011', 'nginx takes the call and nothing comes back: it passes gRPC on as HTTP/1 (proxy_pass)', {
      evidence: { server: asked.headers['server'] ?? 'nginx', ms: result.ms },
    });
  return finding('RPC010', `no answer within ${String(result.ms)} ms`, { evidence: { ms: result.ms } });
}

const resets: Readonly<Record<number, string>> = {
  1: 'PROTOCOL_ERROR: a proxy or server does not understand the request',
  2: 'INTERNAL_ERROR: the server or its load balancer fails',
  7: 'REFUSED_STREAM: the server takes no more calls now',
  8: 'CANCEL: the server or a proxy gave the call up',
  11: 'ENHANCE_YOUR_CALM: a limit of the server or proxy is reached',
  12: 'INADEQUATE_SECURITY: the TLS parameters are too weak for HTTP/2 (no missing permission)',
  13: 'HTTP_1_1_REQUIRED: the server or load balancer (IIS, ALB) wants HTTP/1.1',
};

function reset(resetCode: number, evidence: { readonly httpStatus?: number; readonly server?: string }): Finding {
  const meaning = resets[resetCode] ?? `HTTP/2 error ${String(resetCode)}`;
  return finding('RPC005', `the call is reset with code ${String(resetCode)} (${meaning})`, {
    evidence: { ...evidence, resetCode },
  });
}

function page(
  httpStatus: number,
  { headers, body }: UnaryResult,
  evidence: { readonly httpStatus?: number; readonly server?: string },
): Finding {
  const text = excerpt(Buffer.from(body).toString('utf8'));
  const contentType = headers['content-type'] ?? '';
  const seen = { ...evidence, contentType, body: text };
  const gateway = headers['server'] === undefined ? '' : ` from ${headers['server']}`;
  const status = String(httpStatus);
  // nginx makes a status below 100 of an answer without a status line; the frames may have been cut short.
  if (isHttp2(body) || httpStatus < 100)
    return finding(
      'RPC011',
      `${gateway === '' ? 'a proxy' : gateway.slice(6)} passes gRPC on as HTTP/1, and hands what the server says back as a page`,
      {
        evidence,
      },
    );
  if (text.includes('No required SSL certificate was sent'))
    return finding('MTL001', `HTTP ${status}${gateway}: it wants a client certificate and none was sent`);
  if (text.includes('The SSL certificate error'))
    return finding('MTL002', `HTTP ${status}${gateway}: it does not accept the client certificate`);
  if (/<title>[^<]*temporal/i.test(text))
    return finding('ADR005', `HTTP ${status}${gateway} with the page of a Temporal Web UI answers in place of gRPC`);
  if (httpStatus === 200 && contentType.startsWith('application/grpc-web'))
    return finding(
      'RPC006',
      `the answer${gateway} is gRPC-Web: a gateway for browsers, whose status no gRPC client reads`,
      {
        evidence: seen,
      },
    );
  if (httpStatus === 413)
    return finding('RPC013', `HTTP 413${gateway}: the request is too large for it`, { evidence: seen });
  if (httpStatus === 502 && text.includes('invalid or incomplete response'))
    return finding('RPC012', 'HTTP 502 from haproxy: its backend does not answer as HTTP/1 because it wants HTTP/2', {
      evidence: seen,
    });
  if (isEnvoy(headers)) return finding('RPC007', `HTTP ${status} from an Envoy gateway: ${text}`, { evidence: seen });
  const linkerd = headers['l5d-proxy-error'];
  if (linkerd !== undefined)
    return finding('RPC007', `HTTP ${status} from a Linkerd proxy: ${excerpt(linkerd)}`, { evidence: seen });
  const kind = /^\s*</.test(text)
    ? 'an HTML page'
    : /^\s*[{[]/.test(text)
      ? 'JSON'
      : contentType === ''
        ? 'no content type'
        : contentType;
  return finding('RPC001', `HTTP ${status} with ${kind}${gateway} answers in place of gRPC`, { evidence: seen });
}

export function isEnvoy(headers: Readonly<Record<string, string>>): boolean {
  return (
    /envoy|istio/i.test(headers['server'] ?? '') || Object.keys(headers).some((name) => name.startsWith('x-envoy-'))
  );
}

/** Envoy names the time that the server behind it took; an answer of its own has none. */
function isPassedOn(headers: Readonly<Record<string, string>>): boolean {
  return headers['x-envoy-upstream-service-time'] !== undefined;
}

/** Statuses that mean the same for every call; null: the call itself must say what its status means. */
export function statusFinding(result: UnaryResult, method: string): Finding | null {
  const { grpcStatus, grpcMessage, headers } = result;
  const words = excerpt(grpcMessage ?? '');
  const evidence = { method, grpcStatus: grpcStatus ?? -1, grpcMessage: words };
  const said = words === '' ? 'without a word' : `"${words}"`;
  if (grpcStatus === 0) return null;
  if (
    (isEnvoy(headers) && !isPassedOn(headers)) ||
    headers['l5d-proxy-error'] !== undefined ||
    /^(?:upstream connect error|no healthy upstream|upstream request timeout|RBAC: access denied)/.test(words)
  )
    return finding('RPC007', `a gateway answers ${method} itself with status ${String(grpcStatus)}: ${said}`, {
      evidence,
    });
  switch (grpcStatus ?? -1) {
    case 8:
      return words.includes('larger than max')
        ? finding('QOS002', `the server refuses the size of ${method}: ${said}`, { severity: 'error', evidence })
        : finding('RPC008', `the server limits the rate: ${said}`, { evidence });
    case 14:
      return /Not enough hosts|shard status unknown|error creating (?:matching|history) client/.test(words)
        ? finding('TMP001', `the server is still starting: ${said}`, { evidence })
        : finding('RPC004', `the server is unavailable: ${said}`, { evidence });
    case 1:
    case 2:
    case 4:
    case 10:
    case 11:
    case 13:
    case 15:
      return finding('RPC004', `the server answers ${method} with status ${String(grpcStatus)}: ${said}`, { evidence });
    default:
      return null;
  }
}
