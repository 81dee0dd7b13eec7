import { createSign, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAuthority } from './certificates.ts';

/** The name on the server's certificate, as in the tls-simple sample: it is reached by address with an override. */
export const serverName = 'tls-sample';

export type ServerCredentials = Awaited<ReturnType<typeof makeCredentials>>;

/** Certificates and a signing key of one server, as files in a folder. Nodes have a CA of their own: clients hold none of it. */
export async function makeCredentials(folder: string) {
  const put = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const [authority, nodes] = await Promise.all([makeAuthority('Test server CA'), makeAuthority('Test nodes CA')]);
  const names = [serverName];
  const usages = ['serverAuth', 'clientAuth'] as const;
  const [server, node, client] = await Promise.all([
    authority.leaf({ commonName: 'server', usages, names }),
    nodes.leaf({ commonName: 'node', usages, names }),
    authority.leaf(),
  ]);
  const signer = makeSigner();
  return {
    /** Contents, for clients in this process. */
    pem: { ca: authority.certificate, clientCert: client.certificate, clientKey: client.key },
    node: { cert: node.certificate, key: node.key },
    files: {
      ca: await put('ca.pem', authority.certificate),
      serverCert: await put('server.pem', server.certificate),
      serverKey: await put('server.key', server.key),
      nodesCa: await put('nodes-ca.pem', nodes.certificate),
      nodeCert: await put('node.pem', node.certificate),
      nodeKey: await put('node.key', node.key),
      clientCert: await put('client.pem', client.certificate),
      clientKey: await put('client.key', client.key),
    },
    jwks: await put('jwks.json', JSON.stringify(signer.jwks)),
    token: signer.token,
  };
}

function makeSigner() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'test';
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
    token: (permissions: readonly string[], change: Readonly<Record<string, unknown>> = {}): string => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: 'tester', iat: now - 60, exp: now + 3600, permissions, ...change };
      const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${encode(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
    },
  };
}
