import type { ErrorCode } from '../errors/catalogue.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { awsClientConfig, awsFailure, awsHints, type AwsFailure } from './aws.ts';

const sizeLimit = 1024 * 1024;

export async function fetchObject(bucket: string, key: string, signal: AbortSignal): Promise<Uint8Array> {
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  // Where the bucket is, its server may say, but it never chooses where the next request goes.
  const client = new S3Client(awsClientConfig);
  const what = `s3://${bucket}/${key}`;
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    if ((answer.ContentLength ?? 0) > sizeLimit) throw tooLarge(what);
    const bytes = await answer.Body?.transformToByteArray();
    if (bytes === undefined || bytes.length > sizeLimit) throw tooLarge(what);
    return bytes;
  } catch (error) {
    throw translateAws(error, what, 's3:GetObject', signal);
  } finally {
    client.destroy();
  }
}

export async function fetchSecret(id: string, signal: AbortSignal): Promise<Uint8Array> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  // An ARN names its own region: it counts when none is configured for it.
  const region = /^arn:[^:]+:secretsmanager:([a-z0-9-]+):/.exec(id)?.[1];
  const client = new SecretsManagerClient({ ...awsClientConfig, ...(region === undefined ? {} : { region }) });
  const what = `secretsmanager:${id}`;
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal: signal });
    if (answer.SecretBinary !== undefined) return answer.SecretBinary;
    return Buffer.from(answer.SecretString ?? '');
  } catch (error) {
    throw translateAws(error, what, 'secretsmanager:GetSecretValue', signal);
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
/** What only these two services answer; the rest is in aws.ts. */
const meanings: Readonly<Record<string, Meaning>> = {
  NoSuchKey: gone,
  NoSuchBucket: gone,
  NotFound: gone,
  ResourceNotFoundException: gone,
  InvalidRequestException: { ...gone, words: 'cannot be read: it is marked for deletion or not ready' },
  PermanentRedirect: {
    code: 'SECRET_UNREADABLE',
    words: 'is in another region than the configured one',
    hint: 'set AWS_REGION to the region of the bucket: aws s3api get-bucket-location --bucket BUCKET',
  },
  DecryptionFailure: {
    code: 'PERMISSION_DENIED',
    words: 'cannot be decrypted with its KMS key',
    hint: 'kms:Decrypt on the key of the secret is needed',
  },
};

/** What the AWS SDK threw, in our words; told by its name, never by its text. */
export function translateAws(error: unknown, what: string, permission: string, signal: AbortSignal): unknown {
  if (error instanceof NexusctlError) return error;
  if (signal.aborted) return signal.reason;
  const { name, failure } = awsFailure(error);
  const { code, words, hint } = meanings[name] ?? ofAnyService(failure, name, permission);
  return new NexusctlError(code, `${what} ${words}`, {
    hint,
    cause: error,
    details: { service: permission.split(':')[0] ?? '', name },
  });
}

function ofAnyService(failure: AwsFailure, name: string, permission: string): Meaning {
  switch (failure) {
    case 'credentials-invalid':
      return {
        code: 'UNAUTHENTICATED',
        words: 'cannot be read: the AWS credentials are not valid (any more)',
        hint: awsHints[failure],
      };
    case 'credentials-missing':
      return {
        code: 'SECRET_UNREADABLE',
        words: 'cannot be read: there are no AWS credentials',
        hint: awsHints[failure],
      };
    case 'clock':
      return {
        code: 'UNAUTHENTICATED',
        words: 'cannot be read: the clock of this machine is wrong',
        hint: awsHints[failure],
      };
    case 'denied':
      return {
        code: 'PERMISSION_DENIED',
        words: `cannot be read: ${permission} is not allowed`,
        hint: `allow ${permission} for this identity`,
      };
    case 'throttled':
      return { code: 'RATE_LIMITED', words: 'cannot be read: AWS throttles', hint: awsHints.unavailable };
    case 'unavailable':
      return { code: 'UNREACHABLE', words: 'cannot be read: AWS does not answer', hint: awsHints[failure] };
    case 'not-aws':
      return { code: 'PROTOCOL_ERROR', words: 'cannot be read: what answers is not AWS', hint: awsHints[failure] };
    case 'other':
      return {
        code: 'SECRET_UNREADABLE',
        words: `cannot be read (${name === '' ? 'unknown error' : name})`,
        hint: 'is AWS_REGION set?',
      };
  }
}

function tooLarge(what: string): NexusctlError {
  return new NexusctlError('INPUT_TOO_LARGE', `${what} is larger than 1 MiB or empty`, {
    hint: 'is this the object you meant?',
  });
}
