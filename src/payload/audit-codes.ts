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
