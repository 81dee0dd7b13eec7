import type { Handled } from '../handled.ts';

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
  /** Of NEEDS_KEY: whether it names the key, or only may need it. */
  readonly certain?: boolean;
}

export function findingAt(
  code: AuditCode,
  { path, position: { endpoint } }: Pick<Handled, 'path' | 'position'>,
  message: string,
  about: Pick<AuditFinding, 'key' | 'certain'> = {},
): AuditFinding {
  const where = endpoint === undefined ? {} : { endpoint };
  return { code, severity: auditCodes[code], path, message, ...where, ...about };
}

/** What was found of a key that is to be retired, as the findings name it. */
export function needsOf(
  key: string,
  findings: readonly AuditFinding[],
): { readonly sure: number; readonly unsure: number } {
  const own = findings.filter((finding) => finding.code === 'NEEDS_KEY' && finding.key === key);
  const sure = own.filter(({ certain }) => certain === true).length;
  return { sure, unsure: own.length - sure };
}
