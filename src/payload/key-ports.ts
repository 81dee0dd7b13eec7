import { NexusctlError } from '../errors/nexusctl-error.ts';
import { locateSecret } from '../profile/secret.ts';
import type { Secrets } from '../profile/secrets.ts';
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
}

/** What the keyring asks of the world, each loaded when a payload needs it. */
export function keyPorts({ services, secrets, env, platform, folder, signal, allowExec }: World): KeyPorts {
  return {
    secret: secrets.resolve,
    kms: async (key) => (await services()).kms(key, signal),
    exec: async (key) => {
      const location = locateSecret(key.source, platform);
      if (location.kind !== 'exec' || !(location.mayRun || allowExec))
        throw new NexusctlError('EXEC_NOT_ALLOWED', `the command of the key '${key.id}' does not run from this file`, {
          hint: 'exec runs from your own default file that nobody else can write; else add --allow-exec',
        });
      const base = key.source.kind === 'reference' ? key.source.base : folder;
      return (await services()).exec(key, { command: location.command, folder: base, env }, signal);
    },
    encryptionSdk: async (key, message) => (await services()).encryptionSdk(key, message),
    stored: async (bucket, key, limit) => (await services()).stored(bucket, key, limit, signal),
    vault: async (key, ciphertext) => {
      const token = Buffer.from(await secrets.resolve(key.token))
        .toString('utf8')
        .trim();
      return (await services()).vault(key, token, ciphertext, signal);
    },
  };
}
