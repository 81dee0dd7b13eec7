import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import type * as codecModule from '../../src/worker/codec.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import { folder, startCodecServer, type RunningServer } from '../helpers/codec-server.ts';
import { freePorts } from '../helpers/free-ports.ts';
import { bundleWorkflows, handlerQueue, startWorkers } from '../helpers/nexus-workers.ts';
import { nexusctlOn } from '../helpers/on-server.ts';
import { runBuilt } from '../helpers/run.ts';
import {
  buildTimeoutMs,
  noServer,
  serverBinary,
  startServer,
  type TemporalServer,
} from '../helpers/temporal-server.ts';
import { chromiumPath, inChromium } from './chromium.ts';
import { startIssuer, type Issuer } from './issuer.ts';
import { startWebUi, webUiBinary } from './web-ui.ts';

// The built library, as a worker of somebody else loads it.
const { openCodec } = createRequire(import.meta.url)('nexusctl/codec') as typeof codecModule;

vi.setConfig({ testTimeout: 60_000 });

const namespace = 'orders-prod';
const email = 'ann@example.com';
const audience = 'codec';
const banner = 'Codec Server could not connect';
const files = folder({
  'orders-2026.key': randomBytes(32),
  'keys.toml': `
[keyring]
active = "orders-2026"
[keyring.keys.orders-2026]
secret = "file:./orders-2026.key"
[keyring.namespaces]
${namespace} = ["orders-2026"]
`,
});
afterAll(() => files.remove());

interface World {
  readonly server: TemporalServer;
  readonly webUi: string;
  readonly issuer: Issuer;
  /** Chromium is told to trust this public key and no other. */
  readonly trusted: string;
  /** The page of a workflow whose input and result are encrypted, as are those of the operation it called. */
  readonly path: string;
}
let world: World | undefined;

beforeAll(async () => {
  const [binary, webUi] = await Promise.all([serverBinary(), webUiBinary()]);
  if (binary === null || webUi === null || chromiumPath === null) return;
  const [server, issuer, authority, bundle] = await Promise.all([
    startServer(binary, {}, [namespace, 'billing-prod']),
    startIssuer({ email, audience }),
    makeAuthority('Codec CA'),
    bundleWorkflows(),
  ]);
  const leaf = await authority.leaf({ usages: ['serverAuth'], names: ['localhost', '127.0.0.1'] });
  files.write({
    'ca.pem': authority.certificate,
    'tls.pem': leaf.certificate,
    'tls.key': leaf.key,
    'jwks.json': issuer.jwks,
    'access.toml': accessFile(issuer),
    'others.toml': accessFile(issuer, { who: 'eve@example.com' }),
    'audience.toml': accessFile(issuer, { forWhom: 'another-service' }),
  });
  const path = await runWorkflow(server, bundle);
  world = { server, webUi, issuer, trusted: publicKeyHash(leaf.certificate), path };
}, buildTimeoutMs);
afterAll(async () => {
  world?.issuer.close();
  await world?.server.close();
});

const accessFile = (issuer: Issuer, { who = email, forWhom = audience } = {}): string => `
[jwt]
jwks = "jwks.json"
issuer = "${issuer.url}"
audience = "${forWhom}"
subject_claim = "email"
[[grants]]
subject = "${who}"
namespaces = ["${namespace}"]
`;

function publicKeyHash(certificate: string): string {
  const der = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64');
}

async function runWorkflow(server: TemporalServer, bundle: Awaited<ReturnType<typeof bundleWorkflows>>) {
  await nexusctlOn(server)(
    `endpoint create billing --target-namespace billing-prod --target-task-queue ${handlerQueue}`,
  );
  const codec = await openCodec({ keyring: `${files.path}/keys.toml` });
  const workers = await startWorkers(server, bundle, [{ namespace, codec }], { namespace: 'billing-prod', codec });
  try {
    const ask = { endpoint: 'billing', operation: 'charge', input: { id: 'SECRET-ORDER', amount: 21 } };
    const handle = await workers.callers[0]!.start('call', [ask]);
    await handle.result();
    return `/namespaces/${namespace}/workflows/${handle.workflowId}/${handle.firstExecutionRunId}/history`;
  } finally {
    await workers.close();
  }
}

function found(context: TestContext): World {
  if (chromiumPath === null) return context.skip('there is no Chromium: node scripts/neighbours.mjs');
  return world ?? context.skip(`${noServer} or a Web UI`);
}

interface Scene {
  /** Arguments of `codec-server start`; ORIGIN stands for the Web UI's. */
  readonly codecServer: readonly string[];
  /** Whether users log in at the Web UI, and their token goes to the codec server. */
  readonly login?: boolean;
}

interface Seen {
  /** All text of the page. */
  readonly text: string;
  /** Every other origin that the page asked. */
  readonly asked: readonly string[];
  readonly origin: string;
  readonly codec: RunningServer;
}

/** Opens the workflow in the Web UI, with a codec server of its own, and reads the page when `until` is on it. */
async function see<T = void>(
  { server, webUi, issuer, trusted, path }: World,
  { codecServer, login = false }: Scene,
  until: string,
  then: (seen: Seen, page: Page) => Promise<T>,
): Promise<T> {
  const [port = 0] = await freePorts(1);
  const origin = `http://127.0.0.1:${String(port)}`;
  const args = ['--listen', '127.0.0.1:0', '--keyring', 'keys.toml', ...codecServer];
  const codec = await startCodecServer(
    args.map((arg) => arg.replace('ORIGIN', origin)),
    files.path,
  );
  const ui = await startWebUi(webUi, {
    port,
    frontend: server.address,
    codec: { endpoint: codec.endpoint, passAccessToken: login },
    ...(login ? { issuer: issuer.url } : {}),
  });
  try {
    return await inChromium(
      async (page) => {
        const asked = new Set<string>();
        page.on('request', (request) => asked.add(new URL(request.url()).origin));
        if (login) await page.goto(`${ui.url}/auth/sso`);
        await page.goto(ui.url + path);
        for (const text of ['Nexus Operation Completed', until])
          await page.getByText(text).filter({ visible: true }).first().waitFor();
        asked.delete(origin);
        return await then({ text: await page.locator('body').innerText(), asked: [...asked], origin, codec }, page);
      },
      { trusted: [trusted] },
    );
  } finally {
    await Promise.all([ui.close(), codec.stop()]);
  }
}

const opened = '"SECRET-ORDER"';
const sealed = 'binary/encrypted';
const tls = ['--server-cert', 'tls.pem', '--server-key', 'tls.key', '--access'];

it('shows in the Web UI what only the codec server opens', async (context) => {
  await see(found(context), { codecServer: ['--origin', 'ORIGIN'] }, opened, async ({ text, asked, codec }, page) => {
    expect(JSON.parse(between(text, 'Input', 'Result'))).toEqual({
      endpoint: 'billing',
      operation: 'charge',
      input: { id: 'SECRET-ORDER', amount: 21 },
    });
    expect(text).toContain('{"result":{"order":"SECRET-ORDER","total":21}}');
    expect(text).not.toContain(banner);
    expect(text).not.toContain(sealed);
    expect(asked).toEqual([new URL(codec.endpoint).origin]);
    expect(codec.output()).not.toContain('SECRET');
    await screenshot(page);
  });
});

it('shows it to who logs in, over TLS, and the codec server knows who that is', async (context) => {
  const scene = { codecServer: ['--origin', 'ORIGIN', ...tls, 'access.toml'], login: true };
  await see(found(context), scene, opened, ({ text, codec }) => {
    expect(text).toContain('{"order":"SECRET-ORDER","total":21}');
    expect(text).not.toContain(banner);
    for (const line of codec.log()) expect(line).toMatchObject({ outcome: 'ok', subject: email, namespace });
    expect(codec.log().length).toBeGreaterThan(1);
    return Promise.resolve();
  });
});

interface Fault extends Scene {
  /** All that the Web UI has to say; the banner unless told. */
  readonly shown?: string;
  readonly check: string;
  readonly summary: RegExp;
  readonly exitCode: number;
}

const passToken = ['--pass-token', '--codec-auth-file', 'header.txt'];
const faults: Readonly<Record<string, Fault>> = {
  'an origin that is not listed': {
    codecServer: [],
    check: 'preflight',
    summary: /refuses .* lets in http:..localhost:8233/,
    exitCode: 1,
  },
  'a token of somebody who may not': {
    codecServer: ['--origin', 'ORIGIN', ...tls, 'others.toml'],
    login: true,
    check: 'authentication',
    summary: /403/,
    exitCode: 4,
  },
  'a token for another service': {
    codecServer: ['--origin', 'ORIGIN', ...tls, 'audience.toml'],
    login: true,
    check: 'authentication',
    summary: /401/,
    exitCode: 4,
  },
  'a token that would go out in clear': {
    codecServer: ['--origin', 'ORIGIN'],
    login: true,
    shown: 'null',
    check: 'token-over-https',
    summary: /http endpoint/,
    exitCode: 1,
  },
};

describe('where the Web UI shows a banner at best', () => {
  it.for(Object.keys(faults))('codec-server test names %s', async (name, context) => {
    const fault = faults[name]!;
    const here = found(context);
    files.write({ 'header.txt': `Bearer ${await here.issuer.accessToken()}` });
    const examined = await see(here, fault, fault.shown ?? banner, ({ text, origin, codec }) => {
      expect(text).not.toContain('SECRET');
      const args = ['--origin', origin, '-n', namespace, '--tls-ca-path', 'ca.pem', '-o', 'json'];
      return runBuilt(['codec-server', 'test', codec.endpoint, ...args, ...(fault.login === true ? passToken : [])], {
        cwd: files.path,
        env: { HOME: files.path },
      });
    });
    const { primary } = JSON.parse(examined.stdout) as { primary: { check: string; summary: string } | null };
    expect({ ...primary, exitCode: examined.exitCode }).toMatchObject({ check: fault.check, exitCode: fault.exitCode });
    expect(primary?.summary).toMatch(fault.summary);
  });
});

function between(text: string, start: string, end: string): string {
  const from = text.slice(text.indexOf(`${start}\n`) + start.length);
  return from.slice(0, from.indexOf(`${end}\n`)).replaceAll('⌄', '');
}

/** `npm run docs:screenshot` keeps the picture for docs/codec-server.md; a test run takes none. */
async function screenshot(page: Page): Promise<void> {
  const path = process.env['NEXUSCTL_SCREENSHOT'];
  if (path !== undefined) await page.screenshot({ path, clip: { x: 0, y: 0, width: 1280, height: 640 } });
}
