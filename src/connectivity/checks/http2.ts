import type { AddressEvidence, Check, CheckInput } from '../check.ts';
import { finding, type Finding } from '../finding.ts';
import type { GreetResult, SessionResult, SessionSecurity, TcpResult, Way } from '../net.ts';
import { limitsOf, wayOf } from '../way.ts';
import { banner, isBlockPage, isForeign, isHttp2, protocolOf } from '../wire-words.ts';

const probeMs = 600;
const sniffMs = 300;

export const http2: Check<'http2'> = {
  id: 'http2',
  title: 'the server speaks HTTP/2',
  layer: 'http2',
  needs: ['address', 'proxy-environment', 'proxy', 'tcp', 'client-certificate'],
  onTimeout: 'H2002',
  run: async (input) => {
    const address = input.evidence('address');
    if (address === undefined) return { findings: [] };
    const way = wayOf(input);
    const tried = input.evidence('client-certificate');
    const attempt =
      tried?.attempt ??
      // A server that stays silent must leave time for the counter-probes within the step.
      (await input.net.openSession(way, { tls: false }, limitsOf(input, input.limitMs * 0.6)));
    if (attempt.ok) return { findings: [], evidence: { session: attempt.session } };
    const found =
      tried === undefined
        ? await inClear(attempt, address, way, input)
        : await overTls(attempt, tried.security, address, way, input);
    return { findings: [found] };
  },
};

type Failed = SessionResult & { ok: false };

function goodbye({ goawayCode }: Failed, shown: string): Finding | null {
  if (goawayCode === 11)
    return finding('H2005', `${shown} ends the connection: ENHANCE_YOUR_CALM (too many pings)`, {
      evidence: { goawayCode },
    });
  if (goawayCode === 0)
    return finding('H2003', `${shown} says goodbye (GOAWAY) before any call`, { evidence: { goawayCode } });
  if (goawayCode === undefined) return null;
  return finding('H2004', `${shown} ends the connection with HTTP/2 error ${String(goawayCode)}`, {
    evidence: { goawayCode },
  });
}

async function overTls(
  failed: Failed,
  security: SessionSecurity & { tls: true },
  address: AddressEvidence,
  way: Way,
  input: CheckInput,
): Promise<Finding> {
  const shown = `${address.host}:${String(address.port)}`;
  const farewell = goodbye(failed, shown);
  if (farewell !== null) return farewell;
  const limits = limitsOf(input, Math.min(input.limitMs * 0.3, probeMs));
  const [http1, preface] = await Promise.all([
    input.net.greet(way, 'http1', limits, security),
    failed.answered || failed.errno === 'ECONNRESET' ? input.net.greet(way, 'http2', limits, security) : null,
  ]);
  if (speaksHttp1(http1)) return webServer(shown, http1, address);
  const answer = [http1, preface].find((result) => result?.kind === 'answered' && isForeign(result.bytes));
  if (answer?.kind === 'answered') return stranger(address, answer.bytes, 'over TLS ');
  if (preface !== null && speaksTls(preface))
    return finding('H2004', `${shown} completes TLS, and what stands behind it wants TLS once more`);
  if (isProtocolError(failed.errno))
    return finding('H2001', `${shown} answers over TLS, but not with HTTP/2 (an HTTP/1 server)`);
  if (failed.errno === 'ETIMEDOUT')
    return finding('H2002', `${shown} completes TLS and then sends no HTTP/2 settings`, {
      evidence: { ms: failed.ms },
    });
  return finding('H2004', `${shown} completes TLS and then closes the connection (${failed.errno})`);
}

function isProtocolError(errno: string): boolean {
  return errno === 'ERR_HTTP2_ERROR' || errno === 'ERR_HTTP2_SESSION_ERROR';
}

async function inClear(failed: Failed, address: AddressEvidence, way: Way, input: CheckInput): Promise<Finding> {
  const { host, port, serverName } = address;
  const shown = `${host}:${String(port)}`;
  const farewell = goodbye(failed, shown);
  if (farewell !== null) return farewell;
  if (failed.stage === 'connect')
    return finding('TCP003', `${shown} accepted one connection and refuses the next (${failed.errno})`, {
      evidence: { host, port, errno: failed.errno },
    });
  const silent = failed.errno === 'ETIMEDOUT' && !failed.answered;
  const limits = limitsOf(input, silent ? Math.min(input.limitMs * 0.3, 1500) : probeMs);
  const [secure, http1, preface, unasked] = await Promise.all([
    input.net.observeTls(way, { serverName, ca: undefined }, limits),
    input.net.greet(way, 'http1', limits),
    input.net.greet(way, 'http2', limits),
    way.proxy === undefined ? input.net.tcp(way.address, way.port, limits, sniffMs) : null,
  ]);
  if (secure.ok || secure.alert !== undefined || speaksTls(http1) || speaksTls(preface))
    return finding('TLS002', `${shown} wants TLS, and TLS is off here`, {
      evidence: secure.ok ? { protocol: secure.peer.protocol } : {},
      fix: [{ text: 'Turn TLS on.', command: 'export TEMPORAL_TLS=true' }],
    });
  const spoken = spokenFirst(unasked);
  if (spoken !== null) {
    const protocol = protocolOf(spoken) ?? 'another protocol';
    return finding('TCP007', `${shown} is not a gRPC server: ${protocol} speaks first`, {
      evidence: { host, port, banner: banner(spoken) },
    });
  }
  if (speaksHttp1(http1) || speaksHttp1(preface)) return webServer(shown, http1, address);
  if (unasked?.ok === true && unasked.then === 'closed')
    return finding('TCP006', `${shown} accepts the connection and closes it at once`, { evidence: { host, port } });
  if (unasked?.ok === true && unasked.then === 'reset')
    return finding('TCP003', `${shown} accepts the connection and resets it at once`, { evidence: { host, port } });
  if (preface.kind === 'answered' && !isHttp2(preface.bytes)) return stranger(address, preface.bytes);
  if (failed.errno === 'ETIMEDOUT' && http1.kind === 'silent')
    return finding('TCP008', `${shown} accepts the connection and then stays silent`, { evidence: { host, port } });
  if (failed.errno === 'ETIMEDOUT')
    return finding('H2002', `${shown} sends no HTTP/2 settings`, { evidence: { ms: failed.ms } });
  if (wasTorn(http1) && wasTorn(preface))
    return finding('TCP003', `${shown} resets the connection as soon as something is sent`, {
      evidence: { host, port },
    });
  return finding('H2004', `${shown} closes the connection before HTTP/2 is set up (${failed.errno})`, {
    causes: [
      { text: 'a load balancer has no healthy backend', likelihood: 'medium' },
      { text: 'the server expects the PROXY protocol', likelihood: 'low' },
    ],
  });
}

function stranger({ host, port }: AddressEvidence, bytes: Uint8Array, how = ''): Finding {
  const protocol = protocolOf(bytes) ?? 'something else';
  return finding('TCP007', `${host}:${String(port)} is not a gRPC server: ${how}it answers with ${protocol}`, {
    evidence: { host, port, banner: banner(bytes) },
  });
}

function speaksTls(result: GreetResult): boolean {
  return result.kind === 'answered' && protocolOf(result.bytes) === 'TLS';
}

function speaksHttp1(result: GreetResult): boolean {
  return result.kind === 'answered' && protocolOf(result.bytes) === 'HTTP/1';
}

/** A reset that comes before anything was sent may already show as a connection that cannot be made. */
function wasTorn(result: GreetResult): boolean {
  return result.kind === 'reset' || (result.kind === 'unreachable' && result.errno === 'ECONNRESET');
}

function spokenFirst(unasked: TcpResult | null): Uint8Array | null {
  return unasked?.ok === true && unasked.then === 'spoke' && !isHttp2(unasked.bytes) ? unasked.bytes : null;
}

/** A Web UI tells who it is in its title; so do a filter and a captive portal that a name led to. */
function webServer(shown: string, result: GreetResult, { family }: AddressEvidence): Finding {
  const text = result.kind === 'answered' ? Buffer.from(result.bytes).toString('latin1') : '';
  const server = /\r\nserver: *([^\r\n]{1,64})/i.exec(text)?.[1];
  if (/<title>[^<]*temporal/i.test(text))
    return finding('ADR005', `${shown} is a Temporal Web UI, not the gRPC frontend`);
  if (family === 0 && isBlockPage(text))
    return finding('DNS006', `${shown} answers with the page of a filter or of a network that wants a login`);
  return finding('H2001', `${shown} is an HTTP/1 server${server === undefined ? '' : ` (${server})`}, not gRPC`, {
    evidence: server === undefined ? {} : { server },
  });
}
