import type { ErrorCode } from '../errors/catalogue.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { KmsKey } from '../payload/keyring.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly words: string;
  readonly hint: string;
}

const unavailable: Meaning = {
  code: 'KMS_UNAVAILABLE',
  words: 'KMS does not answer',
  hint: 'try again; check the network, the region and AWS_ENDPOINT_URL',
};
const credentials: Meaning = {
  code: 'UNAUTHENTICATED',
  words: 'the AWS credentials are not valid (any more)',
  hint: 'aws sts get-caller-identity shows who you are; aws sso login renews',
};
const notFound: Meaning = {
  code: 'KMS_KEY_NOT_FOUND',
  words: 'there is no such key in this account and region',
  hint: 'check the ARN; an alias or a key id alone is looked for in the region of AWS_REGION',
};

/** By the error's name: client-kms does not export every class (docs.aws.amazon.com/kms/latest/APIReference). */
const meanings: Readonly<Record<string, Meaning>> = {
  NotFoundException: notFound,
  InvalidArnException: { ...notFound, words: 'the ARN is not one of a KMS key' },
  DisabledException: {
    code: 'KMS_KEY_DISABLED',
    words: 'the key is disabled',
    hint: 'aws kms enable-key --key-id KEY, by somebody who may',
  },
  KMSInvalidStateException: {
    code: 'KMS_KEY_DISABLED',
    words: 'the state of the key does not allow it: pending deletion or import',
    hint: 'aws kms describe-key --key-id KEY shows the state; cancel-key-deletion stops a deletion',
  },
  InvalidCiphertextException: {
    code: 'KMS_CIPHERTEXT_INVALID',
    words: 'KMS does not open the data key: another encryption context, or a damaged data key',
    hint: 'compare [keyring.keys.NAME.context] with what the writer used; it is compared exactly, case included',
  },
  IncorrectKeyException: {
    code: 'KMS_CIPHERTEXT_INVALID',
    words: 'the data key was wrapped by another key than the configured one',
    hint: 'an alias may have been pointed at another key: put the ARN of the key into the keyring',
  },
  InvalidKeyUsageException: {
    code: 'KMS_KEY_INVALID',
    words: 'the key cannot encrypt: it is one for signing or for MACs',
    hint: 'use a symmetric key with usage ENCRYPT_DECRYPT',
  },
  InvalidGrantTokenException: {
    code: 'KMS_ACCESS_DENIED',
    words: 'the grant token is not valid',
    hint: 'ask the owner of the key for a new grant',
  },
  ValidationException: {
    code: 'KMS_KEY_INVALID',
    words: 'KMS refuses the request as malformed',
    hint: 'check the ARN',
  },
  ThrottlingException: { ...unavailable, words: 'KMS throttles, after three attempts' },
  LimitExceededException: { ...unavailable, words: 'a quota of KMS is used up' },
  KeyUnavailableException: { ...unavailable, words: 'the key is not available for the moment' },
  DependencyTimeoutException: unavailable,
  KMSInternalException: unavailable,
  TimeoutError: unavailable,
  ExpiredTokenException: credentials,
  UnrecognizedClientException: credentials,
  InvalidSignatureException: credentials,
  IncompleteSignature: credentials,
  CredentialsProviderError: {
    code: 'KMS_NO_CREDENTIALS',
    words: 'there are no AWS credentials',
    hint: 'set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure',
  },
};

/** What the AWS SDK threw, in our words; told by its name, never by its text. */
export function translateKms(
  error: unknown,
  key: KmsKey,
  permission: string,
  signal: AbortSignal | undefined,
): unknown {
  if (error instanceof NexusctlError) return error;
  if (signal?.aborted === true) return signal.reason;
  const name = error instanceof Error ? error.name : '';
  const errno = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { code, words, hint } =
    meanings[name] ?? (/^E[A-Z]+$/.test(errno) ? unavailable : undefined) ?? otherwise(error, name, permission);
  return new NexusctlError(code, `${key.id}: ${words}`, {
    hint,
    cause: error,
    details: { keyId: key.id, key: key.key, permission, name },
  });
}

function otherwise(error: unknown, name: string, permission: string): Meaning {
  const { httpStatusCode: status } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
  if (name.startsWith('AccessDenied') || status === 403)
    return {
      code: 'KMS_ACCESS_DENIED',
      words: `${permission} is not allowed`,
      hint: `allow ${permission} on the key in the identity's policy, the key policy or a grant; across accounts both sides must`,
    };
  if (status !== undefined && status >= 500) return unavailable;
  return {
    code: 'KMS_KEY_INVALID',
    words: `it cannot be used (${name === '' || name === 'Error' ? 'is a region set?' : name})`,
    hint: 'nexusctl kms check KEY tries it step by step; set AWS_REGION for a key without an ARN',
  };
}
