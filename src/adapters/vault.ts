import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isLoopback, isLoopbackHost } from '../connectivity/address.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { VaultKey, VaultToken } from '../payload/keys/keyring.ts';
import { hostOf } from '../profile/backend.ts';

const sizeLimit = 64 * 1024 * 1024;

/**
 * Vault Transit: POST /v1/MOUNT/decrypt/KEY (developer.hashicorp.com/vault/api-docs/secret/transit). The token goes out over
 * verified TLS, or in clear to the host on loopback that was named for it; redirects are not followed.
 */
export async function vaultDecrypt(
  key: VaultKey,
  { token, plaintextHost }: VaultToken,
  ciphertext: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const url = new URL(`${key.address}/v1/${key.mount}/decrypt/${encodeURIComponent(key.key)}`);
  const secure = url.protocol === 'https:';
  if (!secure && (!isLoopbackHost(url.hostname) || plaintextHost !== hostOf(url.href)))
    throw new NexusctlError('INSECURE_CREDENTIAL', `the Vault token would go to ${url.host} in clear`, {
      hint: `give an https:// address in the keyring${
        isLoopbackHost(url.hostname) ? `, or allow it with --allow-plaintext-key ${hostOf(url.href)}` : ''
      }`,
    });
  const { status, body } = await post(url, secure, token, JSON.stringify({ ciphertext }), key.id, signal);
  if (status === 200) return Buffer.from(plaintextOf(body, key.id), 'base64');
  const details = { keyId: key.id, status };
  if (status === 403)
    throw new NexusctlError('KMS_ACCESS_DENIED', `${key.id}: Vault does not let this token decrypt`, {
      hint: `allow update on ${key.mount}/decrypt/${key.key} in a policy of the token`,
      details,
    });
  if (status === 400)
    throw new NexusctlError('KMS_CIPHERTEXT_INVALID', `${key.id}: Vault does not open it: another key, or damaged`, {
      hint: 'an older key version may be below min_decryption_version',
      details,
    });
  if (status === 404)
    throw new NexusctlError('KMS_KEY_NOT_FOUND', `${key.id}: Vault has no such key or mount`, { details });
  throw new NexusctlError('KMS_UNAVAILABLE', `${key.id}: Vault answers ${String(status)}`, {
    hint: status === 503 ? 'it is sealed: vault status' : 'vault status shows how it is',
    details,
  });
}

function plaintextOf(body: Buffer, id: string): string {
  try {
    const { data } = JSON.parse(body.toString('utf8')) as { readonly data?: { readonly plaintext?: unknown } };
    if (typeof data?.plaintext === 'string') return data.plaintext;
  } catch {
    // Told below, in the same words.
  }
  throw new NexusctlError('PROTOCOL_ERROR', `${id}: what answers is not Vault`);
}

function post(
  url: URL,
  secure: boolean,
  token: string,
  body: string,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const headers = { 'content-type': 'application/json' };
  const options = { method: 'POST', headers, signal, timeout: 10_000, agent: false };
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      const reason: unknown = signal.aborted ? signal.reason : undefined;
      reject(
        reason instanceof Error
          ? reason
          : new NexusctlError('KMS_UNAVAILABLE', `${id}: Vault at ${url.host} does not answer`, { cause: error }),
      );
    };
    const request = secure ? overHttps(url, { ...options, rejectUnauthorized: true }) : overHttp(url, options);
    const send = (): void => {
      request.setHeader('x-vault-token', token);
      request.end(body);
    };
    request.on('error', failed);
    request.on('timeout', () => request.destroy());
    // The token waits for the socket: it has verified the name, or it ends on this machine.
    request.on('socket', (socket) => {
      if (secure) socket.on('secureConnect', send);
      else
        socket.on('connect', () =>
          isLoopback(socket.remoteAddress ?? '') ? send() : request.destroy(new Error('not a loopback address')),
        );
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > sizeLimit) request.destroy();
        else chunks.push(chunk);
      });
      response.on('error', failed);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
  });
}
