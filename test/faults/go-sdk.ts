import { goProgram } from '../helpers/go-program.ts';
import type { Scene } from './fault.ts';
import { startChildren, type SdkResult } from './sdk.ts';

/** What a flag of nexusctl is for a program that reads the environment configuration of the SDKs. */
const variables: Readonly<Record<string, string>> = {
  '--address': 'TEMPORAL_ADDRESS',
  '-n': 'TEMPORAL_NAMESPACE',
  '--config-file': 'TEMPORAL_CONFIG_FILE',
  '--profile': 'TEMPORAL_PROFILE',
  '--tls-ca-path': 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  '--tls-cert-path': 'TEMPORAL_TLS_CLIENT_CERT_PATH',
  '--tls-key-path': 'TEMPORAL_TLS_CLIENT_KEY_PATH',
  '--tls-server-name': 'TEMPORAL_TLS_SERVER_NAME',
};

/** The environment of a Go program for a scene; null for a scene with flags of nexusctl's own, or where it starts from. */
export function goEnvironment({ args = [], env = {}, cwd }: Scene): Readonly<Record<string, string>> | null {
  const given: Record<string, string> = Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith('TEMPORAL_')),
  );
  for (let at = 0; at < args.length; at += 1) {
    const name = args[at] ?? '';
    const variable = variables[name];
    if (name === '--tls') given['TEMPORAL_TLS'] = 'true';
    else if (variable !== undefined) given[variable] = args[(at += 1)] ?? '';
    else if (['--step-timeout', '--backend'].includes(name)) at += 1;
    else return null;
  }
  return cwd === undefined ? given : null;
}

/** The Go SDK; null where Go is missing. */
export async function startGoSdk(timeoutMs: number) {
  const program = await goProgram('faults-go-sdk');
  if (program === null) return null;
  const children = startChildren([program]);
  return {
    connect: (scene: Scene, given: Readonly<Record<string, string>>): Promise<SdkResult> =>
      children.childFor(scene).run({ env: given, timeoutMs }),
    close: children.close,
  };
}
