import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { locateSecret } from '../../profile/secret.ts';
import type { Secrets } from '../../profile/secrets.ts';
import type { KeyPorts, KeyServices } from './keyring.ts';

interface World {
  readonly services: () => Promise<KeyServices>;
  readonly secrets: Secrets;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Where commands run whose key was not read from a file. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** `exec` keys run from any file (security.md 4). */
  readonly allowExec: boolean;
  /** `--allow-plaintext-key`: the host on loopback to which a credential may go in clear (security.md 1). */
  readonly plaintextHost?: string | undefined;
}

/** What the keyring asks of the world, each loaded when a payload needs it. */
export function keyPorts(world: World): KeyPorts {
  const { services, secrets, env, platform, folder, signal, allowExec, plaintextHost } = world;
  return {
    secret: secrets.resolve,
    kms: async (key) => (await services()).kms(key, signal),
    exec: async (key) => {
      const location = locateSecret(key.source, platform);
      if (location.kind !== 'exec' || !(location.mayRun || allowExec))
        throw new NexusctlError('EXEC_NOT_ALLOWED', `the command of the key '${key.id}' does not run from this file`, {
          hint: 'exec runs from your own default file that nobody else can write; else add --allow-exec (openCodec: allowExec)',
        });
      const base = key.source.kind === 'reference' ? key.source.base : folder;
      return (await services()).exec(key, { command: location.command, folder: base, env }, signal);
    },
    encryptionSdk: async (key, message) => (await services()).encryptionSdk(key, message),
    stored: async (bucket, key, limit) => (await services()).stored(bucket, key, limit, signal),
    vault: async (key, ciphertext) => {
      const decrypt = async (bytes: Uint8Array): Promise<Buffer> => {
        const token = Buffer.from(bytes).toString('utf8').trim();
        return (await services()).vault(key, { token, plaintextHost }, ciphertext, signal);
      };
      const known = await secrets.resolve(key.token);
      try {
        return await decrypt(known);
      } catch (error) {
        if (!(error instanceof NexusctlError && error.code === 'KMS_ACCESS_DENIED')) throw error;
        // Tokens are short-lived: another one may stand there by now.
        const next = await secrets.resolveAgain(key.token);
        if (Buffer.compare(known, next) === 0) throw error;
        return await decrypt(next);
      }
    },
  };
}
