import type { Handled } from './handled.ts';

/** What `payload audit` finds, with its severity. */
export const auditCodes = {
  PLAINTEXT: 'error',
  KEY_IN_ID: 'error',
  SIZE_ERROR: 'error',
  MALFORMED: 'error',
  NEEDS_KEY: 'error',
  KEY_NOT_IN_KEYRING: 'warning',
  OTHER_KEY: 'warning',
  UNOPENED: 'warning',
  SIZE_WARNING: 'warning',
  CLEAR_FAILURE: 'warning',
  CLEAR_HEADER: 'warning',
  NO_KEY_ID: 'warning',
  UNKNOWN_CODEC: 'warning',
  STORED: 'warning',
} as const;
export type AuditCode = keyof typeof auditCodes;

export interface AuditFinding {
  readonly code: AuditCode;
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly message: string;
  readonly endpoint?: string;
  /** The key that it is about, as `keys` of the report name it. */
  readonly key?: string;
}

/** @param key the key that it is about, as `keys` of the report name it */
export function findingAt(
  code: AuditCode,
  { path, position: { endpoint } }: Pick<Handled, 'path' | 'position'>,
  message: string,
  key?: string,
): AuditFinding {
  const where = endpoint === undefined ? {} : { endpoint };
  return { code, severity: auditCodes[code], path, message, ...where, ...(key === undefined ? {} : { key }) };
}
