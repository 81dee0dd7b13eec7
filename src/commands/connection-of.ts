import type { Context } from '../context.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { checkCloudKeyTarget, hostOf } from '../profile/backend.ts';
import type { Connection } from '../profile/connection.ts';
import { usesTls, type Profile, type SecretSource, type Setting } from '../profile/profile.ts';
import { refuseStraySandboxKey } from '../profile/sandbox-key.ts';
import type { Secrets } from '../profile/secrets.ts';

/** The namespace frontend (or the operator service beside it) of a profile. */
export async function frontendConnection(context: Context, profile: Profile, secrets: Secrets): Promise<Connection> {
  const { tls, auth, grpcMeta, authority } = profile;
  const withCertificate = auth?.value !== 'api-key';
  const apiKey = auth?.value === 'mtls' ? undefined : profile.apiKey;
  const [ca, cert, key] = await Promise.all([
    material(secrets, tls.serverCa),
    material(secrets, withCertificate ? tls.clientCert : undefined),
    material(secrets, withCertificate ? tls.clientKey : undefined),
  ]);
  return {
    ...shared(context, profile),
    address: profile.address.value,
    tls: usesTls(profile)
      ? {
          ...defined({ ca, cert, key, serverName: tls.serverName?.value }),
          verify: tls.disableHostVerification?.value !== true,
        }
      : null,
    metadata: {
      ...userAgent(context),
      'temporal-namespace': profile.namespace.value,
      ...(authority === undefined ? {} : { ':authority': authority.value }),
    },
    credentials: credentialsOf(secrets, profile.address, apiKey, grpcMeta),
  };
}

/** The Cloud Ops API: always TLS, except for a plaintext loopback that the user has allowed. */
export async function controlPlaneConnection(
  context: Context,
  profile: Profile,
  secrets: Secrets,
  apiVersion: string,
): Promise<Connection> {
  checkCloudKeyTarget(profile);
  if (profile.cloud.apiKey === undefined)
    throw new NexusctlError('KEY_MISSING', 'there is no API key for the Temporal Cloud control plane', {
      hint: 'set TEMPORAL_CLOUD_API_KEY, or cloud_api_key of the profile in nexusctl.toml, or give --cloud-api-key-file',
    });
  const ca = await material(secrets, profile.cloud.ca);
  return {
    ...shared(context, profile),
    address: profile.cloud.address.value,
    tls: { ...defined({ ca }), verify: true },
    metadata: { ...userAgent(context), 'temporal-cloud-api-version': apiVersion },
    credentials: credentialsOf(secrets, profile.cloud.address, profile.cloud.apiKey, []),
  };
}

function shared(
  { env }: Context,
  { timeouts, plaintextKeyHost }: Profile,
): Pick<Connection, 'env' | 'connectMs' | 'plaintextHost'> {
  return {
    env,
    connectMs: timeouts.connectMs,
    ...(plaintextKeyHost === undefined ? {} : { plaintextHost: hostOf(plaintextKeyHost.value) }),
  };
}

function userAgent({ version }: Context): Readonly<Record<string, string>> {
  return { 'user-agent': `nexusctl/${version}` };
}

async function material(secrets: Secrets, setting: Setting<SecretSource> | undefined): Promise<Uint8Array | undefined> {
  return setting === undefined ? undefined : await secrets.resolve(setting.value);
}

/** The first connection takes what was resolved already; a later one, after UNAUTHENTICATED, resolves anew. */
function credentialsOf(
  secrets: Secrets,
  address: Setting<string>,
  apiKey: Setting<SecretSource> | undefined,
  grpcMeta: Profile['grpcMeta'],
): Connection['credentials'] {
  let resolve = secrets.resolve;
  return async () => {
    const key = apiKey === undefined ? undefined : headerValue(await resolve(apiKey.value));
    resolve = secrets.resolveAgain;
    if (key !== undefined) refuseStraySandboxKey(key, hostOf(address.value));
    return {
      ...Object.fromEntries(grpcMeta.map(({ name, value }) => [name.toLowerCase(), value])),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    };
  };
}

function headerValue(bytes: Uint8Array): string {
  const key = Buffer.from(bytes).toString('utf8').trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new NexusctlError('KEY_INVALID', 'the API key is empty or holds a character that no header may carry', {
    hint: 'check what the reference leads to; `nexusctl connect-test --offline` looks at it',
  });
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
