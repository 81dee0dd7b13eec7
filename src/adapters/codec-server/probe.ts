import { lookup } from 'node:dns/promises';
import { request as requestHttp, validateHeaderName, validateHeaderValue, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { rootCertificates, type TLSSocket } from 'node:tls';
import { createGunzip } from 'node:zlib';
import type { CodecProbe, ProbeRequest, ProbeResult } from '../../codec-server/doctor/probe.ts';
import { isLoopback } from '../../connectivity/address.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { hostOf } from '../../profile/backend.ts';

const largestBytes = 8 * 1024 * 1024;

export const codecProbe: CodecProbe = {
  send,
  lookup: (host) =>
    lookup(host, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    ),
};

/** @throws NexusctlError SETTING_INVALID, without the value: it may be a secret */
function refuseUnsendable(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers))
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (cause) {
      throw new NexusctlError('SETTING_INVALID', `the header '${name}' cannot be sent as it is`, {
        hint: 'its value is one line of Latin letters, digits and signs; its name has no blank: look for a line break',
        cause,
      });
    }
}

type Stage = (ProbeResult & { readonly ok: false })['stage'];

function send({
  url,
  method,
  headers,
  credential = {},
  plaintextHost,
  body,
  timeoutMs,
  ca,
  signal,
}: ProbeRequest): Promise<ProbeResult> {
  refuseUnsendable({ ...headers, ...credential });
  const secure = url.startsWith('https:');
  const started = performance.now();
  const ms = (): number => performance.now() - started;
  const hasCredential = Object.keys(credential).length > 0;
  const clearAllowed = plaintextHost !== undefined && plaintextHost === hostOf(url);
  return new Promise((resolve) => {
    let stage: Stage = 'connect';
    let done = false;
    const end = (result: ProbeResult): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      resolve(result);
    };
    const fail = (at: Stage, errno: string): void => {
      end({ ok: false, stage: at, errno, connected: stage === 'http', ms: ms() });
      outgoing.destroy();
    };
    const options = {
      method,
      // A connection of its own, and nothing on it before it was verified.
      agent: false,
      signal,
      // As Go's client, and every browser.
      headers: {
        'Accept-Encoding': 'gzip',
        ...headers,
        ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
      },
    };
    const outgoing = secure
      ? requestHttps(url, {
          ...options,
          rejectUnauthorized: true,
          ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
        })
      : requestHttp(url, options);
    const timer = setTimeout(() => fail('timeout', ''), timeoutMs);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const errno = error.code ?? error.name;
      fail(isDns(errno) ? 'dns' : stage, errno);
    });
    outgoing.on('response', (response) => collect(response, ms, end, (errno) => fail('answer', errno)));
    outgoing.on('socket', (socket) => {
      socket.on('connect', () => {
        stage = secure ? 'tls' : 'http';
        if (!secure) ready(socket.remoteAddress ?? '', false);
      });
      socket.on('secureConnect', () => {
        stage = 'http';
        ready(socket.remoteAddress ?? '', (socket as TLSSocket).authorized);
      });
    });
    function ready(remoteAddress: string, verified: boolean): void {
      if (hasCredential && !verified && !(clearAllowed && isLoopback(remoteAddress))) {
        fail('credential', '');
        return;
      }
      for (const [name, value] of Object.entries(credential)) outgoing.setHeader(name, value);
      outgoing.end(body);
    }
  });
}

function isDns(errno: string): boolean {
  return /^(?:ENOTFOUND|ENODATA|EAI_)/.test(errno);
}

function collect(
  response: IncomingMessage,
  ms: () => number,
  end: (result: ProbeResult) => void,
  failed: (errno: string) => void,
): void {
  const remoteAddress = response.socket.remoteAddress ?? '';
  const chunks: Buffer[] = [];
  let size = 0;
  const unpacked = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response;
  unpacked.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestBytes) failed('ERR_TOO_LARGE');
    else chunks.push(chunk);
  });
  const onError = (error: NodeJS.ErrnoException): void => failed(error.code ?? error.name);
  response.on('error', onError);
  unpacked.on('error', onError);
  unpacked.on('end', () => {
    const headers = new Map<string, string>();
    for (const [name, values = []] of Object.entries(response.headersDistinct)) headers.set(name, values.join(', '));
    const body = Buffer.concat(chunks).toString('utf8');
    end({ ok: true, status: response.statusCode ?? 0, headers, body, remoteAddress, ms: ms() });
  });
}
