import { createDecipheriv } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What KMS answered when a vector was made. */
export interface RecordedKey {
  readonly keyId: string;
  /** Base64, as the others. */
  readonly ciphertext: string;
  readonly plaintext: string;
  readonly context: Readonly<Record<string, string>>;
}

export interface Service {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The Decrypt of AWS KMS for data keys that a KMS has wrapped before: the same blob, key and encryption context, or an error. */
export function startRecordedKms(recorded: readonly RecordedKey[]): Promise<Service> {
  const contextOf = (context: Readonly<Record<string, string>>): string =>
    JSON.stringify(Object.entries(context).sort());
  return listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const {
        KeyId,
        CiphertextBlob,
        EncryptionContext = {},
      } = JSON.parse(Buffer.concat(chunks).toString()) as {
        KeyId: string;
        CiphertextBlob: string;
        EncryptionContext?: Record<string, string>;
      };
      const known = recorded.find(({ ciphertext }) => ciphertext === CiphertextBlob);
      const fail = (name: string): void => {
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ __type: name }));
      };
      if (known === undefined || contextOf(known.context) !== contextOf(EncryptionContext)) {
        fail('InvalidCiphertextException');
      } else if (known.keyId !== KeyId) fail('IncorrectKeyException');
      else {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ KeyId, Plaintext: known.plaintext }));
      }
    });
  });
}

export interface TransitKey {
  readonly name: string;
  /** Version → base64. */
  readonly keys: Readonly<Record<string, string>>;
}

export const transitToken = 'hvs.transit-of-the-tests';

/**
 * Transit's decrypt (developer.hashicorp.com/vault/api-docs/secret/transit) for keys that Vault's own keysutil made: no
 * Vault is to be had from the package registries. aes256-gcm96: `vault:vN:` and base64 of nonce, ciphertext and tag.
 */
export function startTransit(keys: readonly TransitKey[]): Promise<Service> {
  return listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      if (request.headers['x-vault-token'] !== transitToken) {
        answer(403, { errors: ['permission denied'] });
        return;
      }
      const key = keys.find(({ name }) => request.url === `/v1/transit/decrypt/${name}`);
      if (key === undefined) {
        answer(404, { errors: ['encryption key not found'] });
        return;
      }
      const { ciphertext } = JSON.parse(Buffer.concat(chunks).toString()) as { ciphertext: string };
      const [, version = '', text = ''] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
      const material = key.keys[version];
      const sealed = Buffer.from(text, 'base64');
      if (material === undefined || sealed.length < 28) {
        answer(400, { errors: ['invalid ciphertext'] });
        return;
      }
      const decipher = createDecipheriv('aes-256-gcm', Buffer.from(material, 'base64'), sealed.subarray(0, 12));
      decipher.setAuthTag(sealed.subarray(-16));
      try {
        const plain = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
        answer(200, { data: { plaintext: plain.toString('base64') } });
      } catch {
        answer(400, { errors: ['cipher: message authentication failed'] });
      }
    });
  });
}

async function listen(handle: RequestListener): Promise<Service> {
  const server = createServer(handle);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
