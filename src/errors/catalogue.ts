import type { ExitName } from './exit-codes.ts';

/**
 * Every error that nexusctl raises, with its exit class. Closed: a code that is not here does not compile,
 * and each has a heading in docs/errors.md (a test holds that).
 */
export const errorCatalogue = {
  USAGE: 'usage',
  CONFIRMATION_NEEDED: 'usage',
  CANCELLED: 'no',
  INTERRUPTED: 'interrupted',
  TIMED_OUT: 'unreachable',

  CONFIG_FILE_INVALID: 'configuration',
  CONFIG_FILE_UNREADABLE: 'configuration',
  PROFILE_NOT_FOUND: 'configuration',
  SETTING_INVALID: 'configuration',
  BACKEND_AMBIGUOUS: 'configuration',
  ENV_STORE_UNSUPPORTED: 'configuration',
  ACCOUNT_MISMATCH: 'configuration',
  SECRET_UNREADABLE: 'configuration',
  SECRET_REFERENCE_INVALID: 'configuration',
  EXEC_NOT_ALLOWED: 'configuration',
  INSECURE_CREDENTIAL: 'configuration',
  FILE_UNREADABLE: 'configuration',
  FILE_UNWRITABLE: 'configuration',
  FILE_EXISTS: 'configuration',
  INPUT_TOO_LARGE: 'configuration',
  INPUT_INVALID: 'configuration',
  PROTOBUF_INVALID: 'configuration',
  KEY_INVALID: 'configuration',
  KEY_MISSING: 'configuration',
  POLICY_INVALID: 'configuration',
  POLICY_MISSING: 'configuration',
  POLICY_DEFAULT_ALLOW: 'configuration',

  UNAUTHENTICATED: 'permission',
  PERMISSION_DENIED: 'permission',
  UNREACHABLE: 'unreachable',
  TLS_FAILED: 'unreachable',
  PROTOCOL_ERROR: 'unreachable',
  RATE_LIMITED: 'unreachable',
  SERVER_ERROR: 'unreachable',
  UNSUPPORTED_BY_SERVER: 'configuration',

  INVALID_ARGUMENT: 'usage',
  ALREADY_EXISTS: 'conflict',
  CONFLICT: 'conflict',
  LOCKED: 'conflict',
  OPERATION_FAILED: 'conflict',
  ENDPOINT_NOT_FOUND: 'notFound',
  NAMESPACE_NOT_FOUND: 'notFound',
  NOT_FOUND: 'notFound',
  OPERATION_PENDING: 'pending',
} as const satisfies Record<string, ExitName>;

export type ErrorCode = keyof typeof errorCatalogue;
