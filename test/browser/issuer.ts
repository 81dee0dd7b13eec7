import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';

export interface Issuer {
  readonly url: string;
  /** The public keys, as a codec server reads them from a file. */
  readonly jwks: string;
  /** An access token as the Web UI gets one, good for an hour. */
  readonly accessToken: () => Promise<string>;
  readonly close: () => void;
}

/**
 * An OpenID provider that lets everybody in as `email`, without asking: what the Web UI needs for a login.
 * @param audience of the access tokens
 */
export async function startIssuer({ email, audience }: { email: string; audience: string }): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'RS256', use: 'sig' }] });
  const sign = (forWhom: string, claims: Readonly<Record<string, string>>) =>
    new SignJWT({ email, name: 'Ann', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'test' })
      .setIssuer(url)
      .setSubject('ann')
      .setAudience(forWhom)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  const accessToken = () => sign(audience, {});
  const nonces = new Map<string, string>();
  const pages: Readonly<Record<string, (request: IncomingMessage, query: URLSearchParams) => Promise<object | URL>>> = {
    '/.well-known/openid-configuration': () =>
      Promise.resolve({
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
      }),
    '/jwks': () => Promise.resolve(JSON.parse(jwks) as object),
    '/authorize': (_request, query) => {
      const code = `code-${String(nonces.size)}`;
      nonces.set(code, query.get('nonce') ?? '');
      const back = new URL(query.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code, state: query.get('state') ?? '' }).toString();
      return Promise.resolve(back);
    },
    '/token': async (request) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const nonce = nonces.get(new URLSearchParams(body).get('code') ?? '') ?? '';
      return {
        access_token: await accessToken(),
        id_token: await sign('web-ui', { nonce }),
        token_type: 'Bearer',
        expires_in: 3600,
      };
    },
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const page = pages[pathname];
    if (page === undefined) {
      response.writeHead(404).end();
      return;
    }
    void page(request, searchParams).then((answer) => {
      if (answer instanceof URL) response.writeHead(302, { location: answer.href }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url,
    jwks,
    accessToken,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
