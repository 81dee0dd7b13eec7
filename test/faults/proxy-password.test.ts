import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import type { Report } from '../../src/connectivity/check.ts';
import { runMain } from '../helpers/context.ts';
import { useLab } from './assert.ts';
import { canary, type Lab } from './lab.ts';
import { startTemporal } from './server.ts';

const { lab } = useLab();
afterEach(() => lab().close());

const password = 'canary-proxy-3f9a1b77c0de';
const wanted = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;

/** An address of this machine that is not loopback: what a proxy in the network looks like. */
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

/** A CONNECT proxy that wants a password, and remembers every byte that it was given in clear. */
async function startProxy(lab: Lab, host: string): Promise<{ readonly port: number; readonly heads: () => string }> {
  const heads: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      const head = bytes.toString('latin1');
      heads.push(head);
      if (!head.includes(wanted)) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n');
        return;
      }
      const upstream = connect(Number(/CONNECT [^ ]*:(\d+) /.exec(head)?.[1]), '127.0.0.1', () =>
        socket.write('HTTP/1.1 200 OK\r\n\r\n'),
      );
      socket.once('close', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      upstream.pipe(socket).pipe(upstream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  lab.onClose(() => server.close());
  return { port: (server.address() as AddressInfo).port, heads: () => heads.join('\n') };
}

async function through(host: string, verb: readonly string[], flags: readonly string[]) {
  const server = await startTemporal(
    lab(),
    { apiKey: canary },
    {
      key: readFileSync(lab().path('server.key')),
      cert: readFileSync(lab().path('server.pem')),
      ALPNProtocols: ['h2'],
    },
  );
  const proxy = await startProxy(lab(), host);
  const argv = [...verb, '-o', 'json', '--address', server.address, '--tls-ca-path', lab().path('ca.pem'), ...flags];
  const run = await runMain(argv, {
    env: { https_proxy: `http://me:${password}@${host}:${String(proxy.port)}`, TEMPORAL_API_KEY: canary },
  });
  expect(run.stdout + run.stderr).not.toContain(password);
  expect(run.stdout + run.stderr).not.toContain(wanted.slice(6));
  expect(proxy.heads()).not.toContain(canary);
  expect(proxy.heads()).toContain('CONNECT ');
  return { ...run, sent: proxy.heads().includes('Proxy-Authorization') };
}

const probe = ['connect-test'];
const call = ['endpoint', 'list', '--backend', 'self-hosted'];

describe("a proxy's password (security.md 1)", () => {
  it('is sent by no probe unless that was allowed for the proxy', async () => {
    const { stdout, exitCode, sent } = await through('127.0.0.1', probe, []);
    const { primary } = JSON.parse(stdout) as Report;
    expect(sent).toBe(false);
    expect(exitCode).toBe(4);
    expect(primary?.code).toBe('PRX002');
    expect(primary?.fix[0]?.command).toBe('nexusctl connect-test --allow-plaintext-key 127.0.0.1');
  });

  it('is sent by no call unless that was allowed for the proxy', async () => {
    const { stderr, sent } = await through('127.0.0.1', call, []);
    const { error } = JSON.parse(stderr) as { error: { code: string; hint: string } };
    expect(sent).toBe(false);
    expect(error.code).toBe('INSECURE_CREDENTIAL');
    expect(error.hint).toContain('--allow-plaintext-key 127.0.0.1');
  });

  it('is not allowed by naming another host', async () => {
    const { sent } = await through('127.0.0.1', call, ['--allow-plaintext-key', 'localhost']);
    expect(sent).toBe(false);
  });

  it.each([
    ['a probe', probe],
    ['a call', call],
  ])('goes to a proxy on loopback when allowed: %s', async (_what, verb) => {
    const { exitCode, sent, stderr } = await through('127.0.0.1', verb, ['--allow-plaintext-key', '127.0.0.1']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(sent).toBe(true);
  });

  describe.skipIf(elsewhere === undefined)(
    'to a proxy that is not loopback (this machine must have an address)',
    () => {
      it.each([[[]], [['--allow-plaintext-key', elsewhere ?? '']]])('never goes: a probe %j', async (flags) => {
        const { stdout, exitCode, sent } = await through(elsewhere ?? '', probe, flags);
        const { primary } = JSON.parse(stdout) as Report;
        expect(sent).toBe(false);
        expect(exitCode).toBe(4);
        expect(primary?.code).toBe('PRX002');
        expect(primary?.summary).toContain('in clear');
      });

      it.each([[[]], [['--allow-plaintext-key', elsewhere ?? '']]])('never goes: a call %j', async (flags) => {
        const { stderr, sent } = await through(elsewhere ?? '', call, flags);
        expect(sent).toBe(false);
        expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'INSECURE_CREDENTIAL' } });
      });
    },
  );
});
