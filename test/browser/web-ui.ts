import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { goProgram } from '../helpers/go-program.ts';
import { startGuarded } from '../helpers/guarded-process.ts';

/** The real Web UI: NEXUSCTL_WEB_UI, else what scripts/go-programs.mjs makes; null when there is none. */
export async function webUiBinary(): Promise<string | null> {
  return process.env['NEXUSCTL_WEB_UI'] ?? goProgram('temporal-web-ui');
}

export interface WebUi {
  /** Its origin. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

interface Given {
  readonly port: number;
  /** `host:port` of the server's frontend. */
  readonly frontend: string;
  readonly codec: { readonly endpoint: string; readonly passAccessToken?: boolean };
  /** Where users log in; nobody does when absent. */
  readonly issuer?: string;
}

/** Starts the Web UI on a port that is known before, so that a codec server can list its origin. */
export async function startWebUi(binary: string, { port, frontend, codec, issuer }: Given): Promise<WebUi> {
  const folder = await mkdtemp(join(tmpdir(), 'nexusctl-web-ui-'));
  const url = `http://127.0.0.1:${String(port)}`;
  const provider = {
    type: 'oidc',
    label: 'test',
    providerUrl: issuer,
    clientId: 'web-ui',
    clientSecret: 'web-ui',
    scopes: ['openid', 'profile', 'email'],
    callbackUrl: `${url}/auth/sso/callback`,
  };
  const config = {
    temporalGrpcAddress: frontend,
    host: '127.0.0.1',
    port,
    enableUi: true,
    refreshInterval: '1m',
    disableNewsFetch: true,
    cors: { cookieInsecure: true, allowOrigins: [url] },
    codec,
    auth:
      issuer === undefined
        ? { enabled: false }
        : { enabled: true, redirectToProvider: true, maxSessionDuration: '1h', providers: [provider] },
  };
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config', 'test.yaml'), JSON.stringify(config));
  const running = startGuarded([binary, '--env', 'test', 'start'], { folder });
  const endsAt = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`${url}/api/v1/settings`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return { url, close: running.close };
    if (running.ended() || Date.now() > endsAt) {
      await running.close();
      throw new Error(`the Web UI does not answer:\n${running.log()}`);
    }
    await sleep(50);
  }
}
