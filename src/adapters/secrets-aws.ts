import type { ErrorCode } from '../errors/catalogue.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';

const sizeLimit = 1024 * 1024;

/** Region, endpoint (`AWS_ENDPOINT_URL`) and credentials are found by the SDK as by every AWS tool. */
const clientConfig = { maxAttempts: 3, requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 } };

export async function fetchObject(bucket: string, key: string, signal: AbortSignal): Promise<Uint8Array> {
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...clientConfig, followRegionRedirects: true });
  const what = `s3://${bucket}/${key}`;
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    if ((answer.ContentLength ?? 0) > sizeLimit) throw tooLarge(what);
    const bytes = await answer.Body?.transformToByteArray();
    if (bytes === undefined || bytes.length > sizeLimit) throw tooLarge(what);
    return bytes;
  } catch (error) {
    throw translate(error, what, 's3:GetObject', signal);
  } finally {
    client.destroy();
  }
}

export async function fetchSecret(id: string, signal: AbortSignal): Promise<Uint8Array> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  // An ARN names its own region: it counts when none is configured for it.
  const region = /^arn:[^:]+:secretsmanager:([a-z0-9-]+):/.exec(id)?.[1];
  const client = new SecretsManagerClient({ ...clientConfig, ...(region === undefined ? {} : { region }) });
  const what = `secretsmanager:${id}`;
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal: signal });
    if (answer.SecretBinary !== undefined) return answer.SecretBinary;
    return Buffer.from(answer.SecretString ?? '');
  } catch (error) {
    throw translate(error, what, 'secretsmanager:GetSecretValue', signal);
  } finally {
    client.destroy();
  }
}

interface Meaning {
  readonly code: ErrorCode;
  readonly words: string;
  readonly hint: string;
}

const gone: Meaning = {
  code: 'SECRET_UNREADABLE',
  words: 'is not there',
  hint: 'check the name, the account and the region',
};
const credentials: Meaning = {
  code: 'UNAUTHENTICATED',
  words: 'cannot be read: the AWS credentials are not valid (any more)',
  hint: 'aws sts get-caller-identity shows who you are; aws sso login renews',
};
const network: Meaning = {
  code: 'UNREACHABLE',
  words: 'cannot be read: AWS does not answer',
  hint: 'check the network, AWS_REGION and AWS_ENDPOINT_URL',
};

/** By the error's name: the SDK does not export all of its classes. */
const meanings: Readonly<Record<string, Meaning>> = {
  NoSuchKey: gone,
  NoSuchBucket: gone,
  NotFound: gone,
  ResourceNotFoundException: gone,
  InvalidAccessKeyId: credentials,
  SignatureDoesNotMatch: credentials,
  InvalidSignatureException: credentials,
  UnrecognizedClientException: credentials,
  ExpiredToken: credentials,
  ExpiredTokenException: credentials,
  InvalidClientTokenId: credentials,
  RequestTimeTooSkewed: { ...credentials, words: 'cannot be read: the clock of this machine is wrong' },
  CredentialsProviderError: {
    code: 'SECRET_UNREADABLE',
    words: 'cannot be read: there are no AWS credentials',
    hint: 'set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure',
  },
  InvalidRequestException: { ...gone, words: 'cannot be read: it is marked for deletion or not ready' },
  DecryptionFailure: {
    code: 'PERMISSION_DENIED',
    words: 'cannot be decrypted with its KMS key',
    hint: 'kms:Decrypt on the key of the secret is needed',
  },
  TimeoutError: network,
  ThrottlingException: { ...network, code: 'RATE_LIMITED', words: 'cannot be read: AWS throttles' },
  SlowDown: { ...network, code: 'RATE_LIMITED', words: 'cannot be read: AWS throttles' },
};

function translate(error: unknown, what: string, permission: string, signal: AbortSignal): unknown {
  if (error instanceof NexusctlError) return error;
  if (signal.aborted) return signal.reason;
  const name = error instanceof Error ? error.name : '';
  const errno = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { code, words, hint } =
    meanings[name] ?? (/^E[A-Z]+$/.test(errno) ? network : undefined) ?? otherwise(error, name, permission);
  return new NexusctlError(code, `${what} ${words}`, {
    hint,
    cause: error,
    details: { service: permission.split(':')[0] ?? '', name },
  });
}

function otherwise(error: unknown, name: string, permission: string): Meaning {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (/^AccessDenied(Exception)?$/.test(name) || status === 403)
    return {
      code: 'PERMISSION_DENIED',
      words: `cannot be read: ${permission} is not allowed`,
      hint: `allow ${permission} for this identity`,
    };
  if (status !== undefined && status >= 500) return network;
  return {
    code: 'SECRET_UNREADABLE',
    words: `cannot be read (${name === '' ? 'unknown error' : name})`,
    hint: 'is AWS_REGION set?',
  };
}

function tooLarge(what: string): NexusctlError {
  return new NexusctlError('INPUT_TOO_LARGE', `${what} is larger than 1 MiB or empty`, {
    hint: 'is this the object you meant?',
  });
}
