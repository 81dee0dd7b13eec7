import type { SecretFetchers } from '../profile/secrets.ts';
import type { Host } from './host.ts';
import { runForOutput } from './exec.ts';
import { fetchObject, fetchSecret } from './secrets-aws.ts';

export function makeSecretFetchers(host: Host): SecretFetchers {
  return {
    s3: fetchObject,
    secretsManager: fetchSecret,
    exec: (command, world) => runForOutput(command, world, host),
  };
}
