import type { DecryptCommandInput, KMSClient } from '@aws-sdk/client-kms';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { decodeBase64 } from '../payload/json/form.ts';
import { decryptFailed } from '../payload/families/candidates.ts';
import type { ExecCommand, ExecKey, Kek, KeyServices, KmsKey } from '../payload/keys/keyring.ts';
import { awsClientConfig } from './aws.ts';
import { runForOutput } from './exec.ts';
import type { Host } from './host.ts';
import { translateKms } from './kms-errors.ts';
import { fetchStored } from './storage.ts';
import { vaultDecrypt } from './vault.ts';

export function makeKeyServices(host: Host): KeyServices {
  return {
    kms: awsKek,
    exec: (key, command, signal) => execKek(key, command, signal, host),
    encryptionSdk: openMessage,
    vault: vaultDecrypt,
    stored: fetchStored,
  };
}

const clients = new Map<string, Promise<KMSClient>>();

/** The region is the key's own. */
function kmsClient(region: string | undefined): Promise<KMSClient> {
  const known = clients.get(region ?? '');
  if (known !== undefined) return known;
  const made = import('@aws-sdk/client-kms').then(
    (sdk) =>
      new sdk.KMSClient({
        ...awsClientConfig,
        ...(region === undefined ? {} : { region }),
      }),
  );
  clients.set(region ?? '', made);
  return made;
}

/** Wraps with Encrypt and unwraps with Decrypt, as temporal-proxy does; the KeyId is always the keyring's. */
function awsKek(key: KmsKey, signal: AbortSignal): Kek {
  const context = Object.keys(key.context).length === 0 ? {} : { EncryptionContext: { ...key.context } };
  return {
    wrap: async (dataKey) => {
      const { EncryptCommand } = await import('@aws-sdk/client-kms');
      const input = { KeyId: key.key, Plaintext: dataKey, ...context };
      try {
        const client = await kmsClient(key.region);
        const { CiphertextBlob } = await client.send(new EncryptCommand(input), { abortSignal: signal });
        return Buffer.from(CiphertextBlob ?? []);
      } catch (error) {
        throw translateKms(error, key, 'kms:Encrypt', signal);
      }
    },
    unwrap: async (wrapped) => {
      const { DecryptCommand } = await import('@aws-sdk/client-kms');
      const input = { KeyId: key.key, CiphertextBlob: wrapped, ...context };
      try {
        const client = await kmsClient(key.region);
        const { Plaintext } = await client.send(new DecryptCommand(input), { abortSignal: signal });
        return Buffer.from(Plaintext ?? []);
      } catch (error) {
        throw translateKms(error, key, 'kms:Decrypt', signal);
      }
    },
  };
}

/** Strict: the message opens with the configured key or not at all, whatever keys its header names. */
async function openMessage(key: KmsKey, message: Uint8Array): Promise<Buffer> {
  const [{ buildClient, CommitmentPolicy, KmsKeyringNode }, { DecryptCommand }, client] = await Promise.all([
    import('@aws-crypto/client-node'),
    import('@aws-sdk/client-kms'),
    kmsClient(key.region),
  ]);
  type Provider = NonNullable<NonNullable<ConstructorParameters<typeof KmsKeyringNode>[0]>['clientProvider']>;
  // The library tells of a KMS error in words only: what KMS said is kept here.
  let refused: unknown;
  const decryptKey = async (input: DecryptCommandInput) => {
    try {
      return await client.send(new DecryptCommand(input));
    } catch (error) {
      refused = error;
      throw error;
    }
  };
  const clientProvider = (() => ({ decrypt: decryptKey })) as unknown as Provider;
  const { decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT);
  try {
    const { plaintext } = await decrypt(
      new KmsKeyringNode({ keyIds: [key.key], clientProvider }),
      Buffer.from(message),
    );
    return plaintext;
  } catch (error) {
    if (refused !== undefined) throw translateKms(refused, key, 'kms:Decrypt', undefined);
    throw decryptFailed([key.id], error);
  }
}

/** One JSON document in, one out: `{"version":1,"operation":"unwrap","keyId":…,"data":BASE64}` → `{"data":BASE64}`. */
function execKek(key: ExecKey, { command, folder, env }: ExecCommand, signal: AbortSignal, host: Host): Kek {
  const ask = async (operation: 'wrap' | 'unwrap', data: Uint8Array): Promise<Buffer> => {
    const question = { version: 1, operation, keyId: key.id, data: Buffer.from(data).toString('base64') };
    const input = Buffer.from(`${JSON.stringify(question)}\n`);
    const answer = await runForOutput(command, { folder, env, signal }, host, input);
    const value = dataOf(answer);
    if (value === null)
      throw new NexusctlError('KMS_UNAVAILABLE', `the command of the key '${key.id}' gave no {"data": BASE64}`, {
        hint: 'docs/keyring.md describes what it is asked and what it has to print',
      });
    return value;
  };
  return { wrap: (dataKey) => ask('wrap', dataKey), unwrap: (wrapped) => ask('unwrap', wrapped) };
}

function dataOf(answer: Uint8Array): Buffer | null {
  try {
    const { data } = JSON.parse(Buffer.from(answer).toString('utf8')) as { readonly data?: unknown };
    return typeof data === 'string' ? decodeBase64(data) : null;
  } catch {
    return null;
  }
}
