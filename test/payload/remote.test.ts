import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { makeAuthority } from '../helpers/certificates.ts';
import { folder } from '../helpers/codec-server.ts';
import { runMain } from '../helpers/context.ts';
import { base64, event, history, jsonPayload } from './history.ts';

const sealed = { metadata: { encoding: base64('binary/own') }, data: base64('42') };
const bad = { metadata: { encoding: base64('binary/own') }, data: base64('bad') };

/** A codec server that knows `binary/own` and refuses a request with a bad payload, as a whole. */
async function withCodec(status: number, work: (url: string, bodies: string[]) => Promise<void>): Promise<void> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      bodies.push(
        `${request.url ?? ''} ${String(request.headers['x-namespace'])} ${String(request.headers.authorization)} ${body} ${String(request.headers['x-token'])}`,
      );
      if (status !== 200 || body.includes(base64('bad'))) response.writeHead(status === 200 ? 400 : status).end('no');
      else response.end(body.replaceAll(base64('binary/own'), base64('json/plain')));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    await work(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, bodies);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const document = (payloads: readonly object[]): string =>
  JSON.stringify(history([event('1', 'activityTaskCompletedEventAttributes', { result: { payloads } })]));

it('sends what another codec changed in place: only that one can say what it is', async () => {
  const altered = { metadata: { encoding: base64('json/plain') }, data: '/wD/AA==' };
  await withCodec(200, async (url, bodies) => {
    await runMain(['payload', 'decode', '--codec-endpoint', url, '--allow-plaintext-key', '127.0.0.1'], {
      stdin: document([altered, jsonPayload('1')]),
    });
    expect(bodies).toEqual([expect.stringContaining('/wD/AA==')]);
    expect(bodies[0]).not.toContain(base64('1'));
  });
});

it('decodes through a codec server in one request, with namespace and credential', async () => {
  await withCodec(200, async (url, bodies) => {
    const { exitCode, stdout } = await runMain(
      [
        'payload',
        'decode',
        '--mode',
        'replay',
        '--codec-endpoint',
        `${url}/{namespace}/`,
        '--codec-auth-file',
        'env:AUTH',
        '-n',
        'orders',
        '--allow-plaintext-key',
        '127.0.0.1',
      ],
      { stdin: document([sealed, jsonPayload('1'), sealed]), env: { AUTH: 'Bearer abcdefgh' } },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toBe(document([jsonPayload('42'), jsonPayload('1'), jsonPayload('42')]));
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatch(/^\/orders\/decode orders Bearer abcdefgh /);
  });
});

it.each([
  ['--codec-auth-file', 'env:AUTH'],
  ['--codec-header', 'X-Token=abcdefgh'],
])('sends nothing in clear without --allow-plaintext-key: %s', async (...flags) => {
  await withCodec(200, async (url, bodies) => {
    for (const verb of [
      ['payload', 'decode', '--codec-endpoint', url],
      ['codec-server', 'test', url],
    ]) {
      const { exitCode, stdout, stderr } = await runMain([...verb, '-o', 'json', ...flags], {
        stdin: document([sealed]),
        env: { AUTH: 'Bearer abcdefgh' },
      });
      expect(exitCode, stdout).toBe(3);
      expect(stdout + stderr).toContain('--allow-plaintext-key');
    }
    expect(bodies.join(' ')).not.toContain('abcdefgh');
  });
});

it('keeps what a server refuses as it was, and opens the rest', async () => {
  await withCodec(200, async (url) => {
    const { exitCode, stdout } = await runMain(['payload', 'decode', '-o', 'json', '--codec-endpoint', url], {
      stdin: document([sealed, bad]),
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ payloads: [{ status: 'decoded', value: 42 }, { status: 'failed' }] });
  });
});

it('says that a server has no key for what comes back as it was', async () => {
  await withCodec(200, async (url) => {
    const other = {
      metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('k') },
      data: 'AAAA',
    };
    const reference = { metadata: { encoding: base64('json/external-storage-reference') }, data: base64('{}') };
    const decode = ['payload', 'decode', '--codec-endpoint', url];
    const stdin = document([sealed, other, reference]);
    const json = await runMain([...decode, '-o', 'json'], { stdin });
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      payloads: [
        { status: 'decoded', value: 42 },
        { status: 'failed', error: { code: 'KEY_NOT_FOUND' } },
        { status: 'unchanged' },
      ],
    });
    const one = await runMain(decode, { stdin: JSON.stringify(other) });
    expect(one.exitCode).toBe(1);
    expect(one.stdout + one.stderr).toContain('gave it back as it was');
  });
});

it.each([
  [401, 4],
  [403, 4],
])('stops with a hint on %i', async (status, exit) => {
  await withCodec(status, async (url) => {
    const { exitCode, stdout } = await runMain(['payload', 'decode', '--codec-endpoint', url], {
      stdin: document([sealed]),
    });
    expect(exitCode).toBe(exit);
    expect(stdout).toBe('');
  });
});

it('says that a server is not there', async () => {
  const { exitCode, stderr } = await runMain(['payload', 'decode', '--codec-endpoint', 'http://127.0.0.1:1'], {
    stdin: document([sealed]),
  });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('does not answer');
});

it.each([
  ['-n', 'a\nb', 'X-Namespace'],
  ['-n', 'пространство', 'X-Namespace'],
  ['--codec-header', 'X Token=1', 'X Token'],
  ['--codec-header', 'X-Token=one\ntwo', 'X-Token'],
  ['--codec-auth-file', 'env:AUTH', 'Authorization'],
])('a header that cannot be sent is refused by its name: %s %j', async (flag, value, name) => {
  await withCodec(200, async (url, bodies) => {
    for (const argv of [
      ['payload', 'decode', '--codec-endpoint', url],
      ['codec-server', 'test', url],
    ]) {
      const { exitCode, stderr } = await runMain([...argv, flag, value, '--allow-plaintext-key', '127.0.0.1'], {
        stdin: document([sealed]),
        env: { AUTH: 'Bearer canary\nsecond' },
      });
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(new RegExp(`^error: the header '${name}' cannot be sent`));
      expect(stderr).not.toContain('canary');
    }
    expect(bodies).toEqual([]);
  });
});

it.each([
  ['localhost:8081', 'http://localhost:8081'],
  ['codec.example/{namespace}', 'https://codec.example/{namespace}'],
  ['[::1]:8081', 'http://[::1]:8081'],
  ['ftp://x', 'http://localhost:8888'],
  ['http://x y/', 'http://localhost:8888'],
  ['', 'http://localhost:8888'],
])('a codec server that is no URL is refused, and the URL named: %j', async (endpoint, meant) => {
  for (const argv of [
    ['payload', 'decode', `--codec-endpoint=${endpoint}`],
    ['codec-server', 'test', `--codec-endpoint=${endpoint}`],
  ]) {
    const { exitCode, stderr } = await runMain(argv, { stdin: document([sealed]) });
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`for example ${meant}\n`);
  }
});

it.each(['name:canary', 'canary', ':canary'])(
  'a credential in the address is refused and not shown: %s',
  async (user) => {
    await withCodec(200, async (url, bodies) => {
      const endpoint = url.replace('//', `//${user}@`);
      for (const argv of [
        ['payload', 'decode', '--codec-endpoint', endpoint],
        ['codec-server', 'test', endpoint],
      ]) {
        const { exitCode, stdout, stderr } = await runMain(argv, { stdin: document([sealed]) });
        expect([exitCode, stdout]).toEqual([3, '']);
        expect(stderr).toContain('--codec-auth-file');
        expect(stderr).not.toContain('canary');
      }
      expect(bodies).toEqual([]);
    });
  },
);

it('verifies the codec server with the CA that was named', async () => {
  const authority = await makeAuthority();
  const { certificate: cert, key } = await authority.leaf({ usages: ['serverAuth'], names: ['localhost'] });
  const echo: RequestListener = (request, response) => void request.pipe(response.writeHead(200));
  const server = createTlsServer({ cert, key }, echo);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const files = folder({ 'ca.pem': authority.certificate });
  try {
    const url = `https://localhost:${String((server.address() as AddressInfo).port)}`;
    const decode = ['payload', 'decode', '--codec-endpoint', url];
    const own = await runMain([...decode, '--tls-ca-path', `${files.path}/ca.pem`], { stdin: document([sealed]) });
    expect(own.exitCode).not.toBe(5);
    expect(own.stderr).not.toContain('does not answer');
    const none = await runMain(decode, { stdin: document([sealed]) });
    expect([none.exitCode, none.stderr]).toEqual([5, expect.stringContaining('UNABLE_TO_VERIFY_LEAF_SIGNATURE')]);
  } finally {
    server.closeAllConnections();
    server.close();
    files.remove();
  }
});
