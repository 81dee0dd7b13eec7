import type { ErrorCode } from '../errors/catalogue.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { KmsKey } from '../payload/keys/keyring.ts';
import { awsFailure, awsHints, type AwsFailure } from './aws.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly words: string;
  readonly hint: string;
}

const unavailable: Meaning = {
  code: 'KMS_UNAVAILABLE',
  words: 'KMS does not answer',
  hint: awsHints.unavailable,
};
const notFound: Meaning = {
  code: 'KMS_KEY_NOT_FOUND',
  words: 'there is no such key in this account and region',
  hint: 'check the ARN; an alias or a key id alone is looked for in the region of AWS_REGION',
};

/** What only KMS answers (docs.aws.amazon.com/kms/latest/APIReference); the rest is in aws.ts. */
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
  LimitExceededException: { ...unavailable, words: 'a quota of KMS is used up' },
  KeyUnavailableException: { ...unavailable, words: 'the key is not available for the moment' },
  DependencyTimeoutException: unavailable,
  KMSInternalException: unavailable,
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
  const { name, failure } = awsFailure(error);
  const { code, words, hint } = meanings[name] ?? ofAnyService(failure, name, permission);
  return new NexusctlError(code, `${key.id}: ${words}`, {
    hint,
    cause: error,
    details: { keyId: key.id, key: key.key, permission, name },
  });
}

function ofAnyService(failure: AwsFailure, name: string, permission: string): Meaning {
  switch (failure) {
    case 'credentials-invalid':
      return {
        code: 'UNAUTHENTICATED',
        words: 'the AWS credentials are not valid (any more)',
        hint: awsHints[failure],
      };
    case 'credentials-missing':
      return { code: 'KMS_NO_CREDENTIALS', words: 'there are no AWS credentials', hint: awsHints[failure] };
    case 'clock':
      return { code: 'UNAUTHENTICATED', words: 'the clock of this machine is wrong', hint: awsHints[failure] };
    case 'denied':
      return {
        code: 'KMS_ACCESS_DENIED',
        words: `${permission} is not allowed`,
        hint: `allow ${permission} on the key in the identity's policy, the key policy or a grant; across accounts both sides must`,
      };
    case 'throttled':
      return { ...unavailable, words: 'KMS throttles, after three attempts' };
    case 'unavailable':
      return unavailable;
    case 'not-aws':
      return { code: 'PROTOCOL_ERROR', words: 'what answers is not KMS', hint: awsHints[failure] };
    case 'other':
      return {
        code: 'KMS_KEY_INVALID',
        words: `it cannot be used (${name === '' ? 'is a region set?' : name})`,
        hint: 'set AWS_REGION, or region in the keyring, for a key without an ARN; `aws kms describe-key` shows its state',
      };
  }
}
