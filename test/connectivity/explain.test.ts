import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain, normalise } from '../../src/connectivity/explain.ts';
import { runMain } from '../helpers/context.ts';

interface Measured {
  readonly scenario: string;
  readonly code: string;
  readonly texts: Readonly<Record<string, string>>;
}

const corpus = readFileSync('test/fixtures/sdk-errors.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Measured)
  .flatMap(({ scenario, code, texts }) => Object.values(texts).map((text) => ({ scenario, code, text })));

/** How many texts have their cause among the first `top`. */
function hits(rows: typeof corpus, top: number): number {
  return rows.filter(({ code, text }) =>
    explain(text)
      .matches.slice(0, top)
      .some((match) => match.code === code),
  ).length;
}

describe('measured texts of the TypeScript client and the Rust core', () => {
  // All rows were read before the signatures were written, so neither half is a held-out figure.
  it.each([
    ['tuned on', 0],
    ['reported on', 1],
  ])('%s', (_, parity) => {
    const rows = corpus.filter((_row, index) => index % 2 === parity);
    const share = (top: number): number => Math.round((100 * hits(rows, top)) / rows.length);
    const missed = rows.filter(
      ({ code, text }) =>
        !explain(text)
          .matches.slice(0, 3)
          .some((match) => match.code === code),
    );
    const shown = missed.map(({ scenario, code, text }) => `${code} ${scenario}: ${text.slice(0, 160)}`).join('\n');
    expect(
      { top1: share(1) >= 45, top3: share(3) >= 70 },
      `top1 ${String(share(1))}%, top3 ${String(share(3))}%\n${shown}`,
    ).toEqual({
      top1: true,
      top3: true,
    });
  });
});

describe('other SDKs', () => {
  it.each([
    ['TLS010', 'x509: certificate signed by unknown authority'],
    [
      'TLS010',
      'io.grpc.StatusRuntimeException: UNAVAILABLE: io exception\nCaused by: javax.net.ssl.SSLHandshakeException: PKIX path building failed',
    ],
    ['TLS001', 'io.netty.handler.ssl.NotSslRecordException: not an SSL/TLS record: 000006040000000000'],
    [
      'TCP001',
      "failed reaching server: connection error: desc = 'transport: Error while dialing: dial tcp 127.0.0.1:21999: connect: connection refused'",
    ],
    [
      'TCP001',
      'System.InvalidOperationException: Connection failed: Server connection error: tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 10.0.0.1:7233, Os { code: 10061, kind: ConnectionRefused })))',
    ],
    ['DNS001', 'failed reaching server: no children to pick from'],
    [
      'DNS001',
      'RuntimeError: Failed client connect: Server connection error: nodename nor servname provided, or not known',
    ],
    [
      'TLS012',
      "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
    ],
    ['TLS018', 'x509: certificate relies on legacy Common Name field, use SANs instead'],
    ['TLS006', 'credentials: cannot check peer: missing selected ALPN property'],
    [
      'TLS007',
      'x509: certificate has expired or is not yet valid: current time 2026-11-21T23:11:38Z is after 2026-11-20T22:53:15Z',
    ],
    [
      'TLS008',
      'x509: certificate has expired or is not yet valid: current time 2026-11-21T23:11:38Z is before 2026-11-22T22:53:15Z',
    ],
    ['MTL001', 'error reading server preface: remote error: tls: certificate required'],
    ['CFG009', 'invalid TLS config: if either client cert or key path is present, other must be present too'],
    ['KEY003', 'failed loading client cert/key path: tls: private key does not match public key'],
    [
      'ADR001',
      'invalid target address http://127.0.0.1:17233, error info: address http://127.0.0.1:17233:443: too many colons in address',
    ],
    ['NSP001', 'failed listing workflows: Namespace nope is not found.'],
    ['SDK002', "Error: Cannot find module '@temporalio/core-bridge/releases/x86_64-unknown-linux-musl/index.node'"],
    ['RPC003', 'failed listing workflows: unknown service temporal.api.workflowservice.v1.WorkflowService'],
    [
      'RPC001',
      "unexpected HTTP status code received from server: 502 (Bad Gateway); transport: received unexpected content-type 'text/html'",
    ],
  ])('%s: %s', (code, text) => {
    expect(explain(text).matches[0]?.code).toBe(code);
  });
});

describe('explain', () => {
  it('sees through log prefixes, colours, JSON escapes and stack frames', () => {
    const plain = 'Last error: unable to verify the first certificate';
    const wrapped = `\u001b[31m2026-11-22T01:00:00Z [ERROR]\u001b[0m {"message":"${plain}\\n    at Foo.bar (/x.js:1:2)"}`;
    expect(normalise(wrapped)).toContain(plain);
    expect(explain(wrapped).matches[0]?.code).toBe(explain(plain).matches[0]?.code);
  });

  it('masks and counts secrets', async () => {
    const { stdout } = await runMain(['explain', '-o', 'json', 'UNAUTHENTICATED with Bearer canary-0123456789']);
    const document = JSON.parse(stdout) as { masked: number; matches: { code: string }[] };
    expect([document.masked, document.matches[0]?.code]).toEqual([1, 'AUT001']);
    expect(stdout).not.toContain('canary');
  });

  it('prints the page of a code offline, in any case', async () => {
    const { stdout, exitCode } = await runMain(['explain', 'tls012']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^TLS012 /);
  });

  it('says so when nothing is known, with exit 1', async () => {
    const { stdout, exitCode } = await runMain(['explain', '-'], { stdin: 'all is well' });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('nothing in this text is known');
  });

  it('ranks by what the configuration shows', async () => {
    const text = 'Last error: Client network socket disconnected before secure TLS connection was established';
    const env = { TEMPORAL_ADDRESS: 'https://localhost:7233' };
    const before = await runMain(['explain', text, '-o', 'json'], { env });
    const after = await runMain(['explain', text, '-o', 'json', '--with-config'], {
      env: {
        TEMPORAL_ADDRESS: 'vpce-1.us-west-2.vpce.amazonaws.com:7233',
        TEMPORAL_TLS: 'true',
        TEMPORAL_NAMESPACE: 'orders.a1b2c',
      },
    });
    const first = (stdout: string): object | undefined => (JSON.parse(stdout) as { matches: object[] }).matches[0];
    expect(first(before.stdout)).not.toMatchObject({ code: 'ADR009' });
    expect(first(after.stdout)).toMatchObject({ code: 'ADR009', confidence: 'high' });
  });
});
