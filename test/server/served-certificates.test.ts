import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../faults/lab.ts';
import { runMain } from '../helpers/context.ts';
import { freePorts } from '../helpers/free-ports.ts';
import { neighbour } from '../helpers/neighbour.ts';

/** What `cert inspect HOST:PORT` says of a server is what openssl s_client says of it. */
const openssl = neighbour('openssl');
let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.remove());

/** Starts openssl s_server; gives its address. */
async function serve(...args: readonly string[]): Promise<string> {
  const [port = 0] = await freePorts(1);
  const child = spawn(openssl ?? '', ['s_server', '-quiet', '-accept', `127.0.0.1:${String(port)}`, ...args], {
    stdio: 'ignore',
  });
  lab.onClose(() => child.kill());
  for (let tries = 0; tries < 100; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return `127.0.0.1:${String(port)}`;
    await setTimeout(50);
  }
  throw new Error('openssl s_server does not listen');
}

function sayOpenssl(address: string): { readonly chain: readonly string[]; readonly trusted: boolean } {
  const args = [
    's_client',
    '-connect',
    address,
    '-CAfile',
    lab.path('ca.pem'),
    '-showcerts',
    '-servername',
    'localhost',
  ];
  const text = execFileSync(openssl ?? '', args, { input: '', encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  const shown = text.slice(0, text.indexOf('\nServer certificate'));
  const blocks = shown.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return {
    chain: blocks.map((block) => new X509Certificate(block).fingerprint256),
    trusted: text.includes('Verify return code: 0'),
  };
}

const pair = (name: string): string[] => ['-cert', lab.path(`${name}.pem`), '-key', lab.path(`${name}.key`)];

describe.skipIf(openssl === null)('a server of openssl', () => {
  const chains: readonly (readonly [what: string, leaf: string, ...others: string[]])[] = [
    ['a leaf alone', 'server'],
    ['with its intermediate', 'chained-server', 'middle'],
    ['with its root', 'chained-server', 'middle', 'ca'],
    ['in the wrong order', 'chained-server', 'ca', 'middle'],
    ['with the leaf twice', 'chained-server', 'chained-server', 'middle'],
    ['with a stranger', 'chained-server', 'other-ca', 'middle'],
    ['without its intermediate', 'chained-server'],
    ['self-signed', 'self-signed'],
    ['expired', 'expired-server'],
    ['for clients', 'client-usage-server'],
  ];
  it.each(chains.flatMap((chain) => ['-tls1_2', '-tls1_3'].map((version) => [version, ...chain] as const)))(
    '%s, %s',
    async (version, what, leaf, ...others) => {
      const chain = others.map((name) => readFileSync(lab.path(`${name}.pem`), 'utf8')).join('');
      const file = await lab.write(`extra-${what.replaceAll(' ', '-')}.pem`, chain);
      const address = await serve(version, ...pair(leaf), ...(others.length === 0 ? [] : ['-cert_chain', file]));
      const { stdout } = await runMain(['cert', 'inspect', address, '--ca', lab.path('ca.pem'), '-o', 'json']);
      const { items, server } = JSON.parse(stdout) as {
        readonly items: readonly { readonly fingerprint: string }[];
        readonly server: { readonly verdict: string | null; readonly clientCertificate: object };
      };
      const said = sayOpenssl(address);
      expect(items.map(({ fingerprint }) => fingerprint)).toEqual(said.chain);
      expect(server.verdict === null).toBe(said.trusted);
      expect(server.clientCertificate).toEqual({ requested: false, acceptedAuthorities: [] });
    },
  );

  it.each(['-tls1_2', '-tls1_3'])('that wants a client certificate, %s', async (version) => {
    const address = await serve(version, ...pair('server'), '-Verify', '2', '-CAfile', lab.path('client-ca.pem'));
    const { stdout } = await runMain(['cert', 'inspect', address, '--ca', lab.path('ca.pem'), '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      items: [{ subject: 'CN=server' }],
      server: { clientCertificate: { requested: true, acceptedAuthorities: ['CN=Lab Client CA'] } },
    });
  });
});
