import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a key of the service behaves besides working. */
export type KeyState =
  | 'enabled'
  | 'disabled'
  | 'pending-deletion'
  | 'denied'
  | 'no-encrypt'
  | 'no-decrypt'
  | 'throttled'
  // What answers is a proxy's page, is empty, or does not come.
  | 'page'
  | 'empty'
  | 'silent';

export interface KmsServer {
  readonly env: Readonly<Record<string, string>>;
  readonly arn: (name: string) => string;
  /** How often each operation was asked for. */
  readonly calls: Record<string, number>;
  readonly close: () => Promise<void>;
}

/**
 * The Encrypt and Decrypt of AWS KMS's JSON protocol on loopback, with the key in the blob, the encryption context bound
 * to it, and the errors that the service's reference names.
 */
export async function startKms(states: Readonly<Record<string, KeyState>>): Promise<KmsServer> {
  const arn = (name: string): string => `arn:aws:kms:eu-west-1:111122223333:key/${name}`;
  const material = new Map(Object.keys(states).map((name) => [arn(name), randomBytes(32)]));
  const calls: Record<string, number> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
      calls[operation] = (calls[operation] ?? 0) + 1;
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      };
      const fail = (name: string, status = 400): void => answer(status, { __type: name, message: name });
      const input = JSON.parse(Buffer.concat(chunks).toString()) as {
        KeyId: string;
        Plaintext?: string;
        CiphertextBlob?: string;
        EncryptionContext?: Record<string, string>;
      };
      const key = material.get(input.KeyId);
      const state = states[input.KeyId.replace(arn(''), '')];
      if (key === undefined || state === undefined) {
        fail('NotFoundException');
        return;
      }
      if (state === 'disabled') {
        fail('DisabledException');
        return;
      }
      if (state === 'pending-deletion') {
        fail('KMSInvalidStateException');
        return;
      }
      if (state === 'denied' || state === (operation === 'Encrypt' ? 'no-encrypt' : 'no-decrypt')) {
        fail('AccessDeniedException');
        return;
      }
      if (state === 'throttled') {
        fail('ThrottlingException');
        return;
      }
      if (state === 'silent') return;
      if (state === 'page') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>');
        return;
      }
      if (state === 'empty') {
        answer(200, {});
        return;
      }
      const context = Buffer.from(JSON.stringify(Object.entries(input.EncryptionContext ?? {}).sort()));
      if (operation === 'Encrypt') {
        const nonce = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
        const sealed = Buffer.concat([cipher.update(input.Plaintext ?? '', 'base64'), cipher.final()]);
        const blob = Buffer.concat([Buffer.from(input.KeyId), Buffer.from([0]), nonce, cipher.getAuthTag(), sealed]);
        {
          answer(200, { KeyId: input.KeyId, CiphertextBlob: blob.toString('base64') });
          return;
        }
      }
      const blob = Buffer.from(input.CiphertextBlob ?? '', 'base64');
      const end = blob.indexOf(0);
      if (!material.has(blob.subarray(0, end).toString())) {
        fail('InvalidCiphertextException');
        return;
      }
      if (blob.subarray(0, end).toString() !== input.KeyId) {
        fail('IncorrectKeyException');
        return;
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(end + 1, end + 13)).setAAD(context);
        decipher.setAuthTag(blob.subarray(end + 13, end + 29));
        const plain = Buffer.concat([decipher.update(blob.subarray(end + 29)), decipher.final()]);
        answer(200, { KeyId: input.KeyId, Plaintext: plain.toString('base64') });
      } catch {
        fail('InvalidCiphertextException');
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${String(port)}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    arn,
    calls,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
