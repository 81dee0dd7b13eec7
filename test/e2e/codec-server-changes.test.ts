import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessFiles,
  b64,
  folder,
  http,
  payloadsOf,
  plain,
  sealed,
  startCodecServer,
  until,
  type RunningServer,
} from '../helpers/codec-server.ts';

const key = randomBytes(32);
const tokens = Array.from({ length: 2 }, () => randomBytes(32).toString('hex'));
const keyring = '[keyring.keys.one]\nsecret = "one.key"\n[keyring.namespaces]\nprod = ["one"]\n';
const files = folder({
  'one.key': key,
  'keys.toml': keyring,
  ...accessFiles({ ops: { token: tokens[0] ?? '', namespaces: ['prod'] } }),
  ...certificate('first'),
});
const body = (...payloads: readonly object[]) => JSON.stringify({ payloads });

function certificate(name: string): Readonly<Record<string, Uint8Array>> {
  const own = folder();
  const flags = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', ['req', ...flags, '-keyout', 'tls.key', '-out', 'tls.crt', ...names], {
    cwd: own.path,
    stdio: 'ignore',
  });
  const pair = { 'tls.crt': readFileSync(`${own.path}/tls.crt`), 'tls.key': readFileSync(`${own.path}/tls.key`) };
  own.remove();
  return pair;
}

/** The name in the certificate that the server shows now. */
function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('while it runs', () => {
  let server: RunningServer;
  beforeAll(async () => {
    const tls = ['--server-cert', 'tls.crt', '--server-key', 'tls.key'];
    const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--access', 'access.toml'];
    server = await startCodecServer([...flags, ...tls], files.path);
  });
  afterAll(() => server.stop());

  const status = async (token: string | undefined) => {
    const headers = { Authorization: `Bearer ${String(token)}`, 'X-Namespace': 'prod' };
    const ca = readFileSync(`${files.path}/tls.crt`, 'utf8');
    return (await http(`${server.endpoint}/decode`, { body: body(sealed(1, key, 'one')), headers, ca })).status;
  };
  const events = (event: string) => server.log().filter((line) => line['event'] === event).length;

  it('a token is taken back when its file changes, and the new one is taken', async () => {
    expect([await status(tokens[0]), await status(tokens[1])]).toEqual([200, 401]);
    files.write({ 'ops.token': tokens[1] ?? '' });
    await until(() => events('reloaded') > 0, 10_000);
    expect([await status(tokens[0]), await status(tokens[1])]).toEqual([401, 200]);
    for (const token of tokens) expect(server.output()).not.toContain(token);
  });

  it('a renewed certificate is shown from then on, and half a renewal changes nothing', async () => {
    expect(await shown(server.port)).toBe('first');
    const second = certificate('second');
    const [failed, done] = [events('reload-failed'), events('reloaded')];
    // The certificate without its key, and with it a keyring: neither is taken.
    files.write({
      'tls.crt': second['tls.crt'] ?? '',
      'keys.toml': `${keyring}[keyring.keys.two]\nsecret = "one.key"\n`,
    });
    await until(() => events('reload-failed') > failed, 10_000);
    expect(await shown(server.port)).toBe('first');
    expect(server.log().at(-1)).toMatchObject({ error: 'SETTING_INVALID' });
    files.write({ 'tls.key': second['tls.key'] ?? '' });
    await until(() => events('reloaded') > done, 10_000);
    expect(await shown(server.port)).toBe('second');
    expect(await status(tokens[1])).toBe(200);
  });
});

describe('what the flags bound', () => {
  it('a request without a namespace gets the default one, and one that names another does not', async () => {
    const two = '[keyring.keys.two]\nsecret = "two.key"\n';
    const own = folder({
      'one.key': key,
      'two.key': randomBytes(32),
      'keys.toml': `${two}${keyring}other = ["two"]\n`,
    });
    const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml'];
    const server = await startCodecServer([...flags, '--default-namespace', 'prod'], own.path);
    try {
      const payload = sealed('x', key, 'one');
      const first = async (headers: Readonly<Record<string, string>>) =>
        payloadsOf(await http(`${server.endpoint}//decode`, { body: body(payload), headers }))[0];
      expect(await first({})).toEqual(plain('x'));
      expect(await first({ 'X-Namespace': '' })).toEqual(plain('x'));
      expect(await first({ 'X-Namespace': 'other' })).toEqual(payload);
    } finally {
      await server.stop();
      own.remove();
    }
  });

  it('behind an ingress only what came to it over TLS is answered, and only its word counts', async () => {
    const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--access', 'access.toml'];
    const answers = async (network: string) => {
      const server = await startCodecServer([...flags, '--trusted-proxy', network], files.path);
      try {
        const ask = async (forwarded: Readonly<Record<string, string>>) => {
          const headers = { Authorization: `Bearer ${String(tokens[1])}`, 'X-Namespace': 'prod', ...forwarded };
          return (await http(`${server.endpoint}/decode`, { body: body(plain(1)), headers })).status;
        };
        const https = { 'X-Forwarded-Proto': 'https' };
        return [await ask(https), await ask({ 'X-Forwarded-Proto': 'https, http' }), await ask({})];
      } finally {
        await server.stop();
      }
    };
    expect(await answers('127.0.0.0/8')).toEqual([200, 403, 403]);
    expect(await answers('10.0.0.0/8')).toEqual([403, 403, 403]);
  });

  it('a request beyond --max-concurrent is told to come back', async () => {
    const flags = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', '--max-concurrent', '1'];
    const server = await startCodecServer(flags, files.path);
    try {
      const url = new URL(`${server.endpoint}/decode`);
      const { request } = await import('node:http');
      const slow = request(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': '100', 'X-Namespace': 'prod' },
      });
      slow.on('error', () => undefined);
      slow.write('{');
      await until(async () => {
        const answer = await http(url.href, { body: body(plain(1)), headers: { 'X-Namespace': 'prod' } });
        if (answer.status === 429) expect(answer.headers['retry-after']).toBe('1');
        return answer.status === 429;
      });
      slow.destroy();
      await until(
        async () => (await http(url.href, { body: body(plain(1)), headers: { 'X-Namespace': 'prod' } })).status === 200,
      );
    } finally {
      await server.stop();
    }
  });

  it('a stop under load breaks no answer off', async () => {
    const server = await startCodecServer(['--listen', '127.0.0.1:0', '--keyring', 'keys.toml'], files.path);
    const many = body(...Array.from({ length: 100 }, () => sealed('x'.repeat(1000), key, 'one')));
    let [whole, broken, going] = [0, 0, true];
    const client = async (): Promise<void> => {
      while (going)
        await http(`${server.endpoint}/decode`, { body: many, headers: { 'X-Namespace': 'prod' } }).then(
          ({ status, body: text }) => {
            if (status === 200 && text.endsWith(']}')) whole += 1;
            else broken += 1;
          },
          // No connection any more: it was never taken.
          (error: unknown) => {
            going = false;
            const { code, message } = error as NodeJS.ErrnoException;
            if (message === 'aborted') broken += 1;
            else expect(['ECONNREFUSED', 'ECONNRESET']).toContain(code);
          },
        );
    };
    const clients = Array.from({ length: 8 }, client);
    await until(() => whole > 20, 20_000);
    expect(await server.stop()).toBe(0);
    going = false;
    await Promise.all(clients);
    expect(broken).toBe(0);
    expect(server.output()).not.toContain(b64('xxxxxxxxx'));
  });
});
