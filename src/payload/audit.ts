import type { AuditFinding } from './audit-codes.ts';
import type { Document } from './document.ts';
import { auditPayload, clearFinding, type PayloadFacts } from './audit-payload.ts';
import type { FamilyId } from './family.ts';
import { iamPolicy, type IamPolicy } from './iam-policy.ts';
import { openPayload } from './layers.ts';
import type { Keys } from './keys.ts';
import { transformDocument } from './transform.ts';
import type { Position } from './position.ts';

/** What crossed one Nexus operation; everything else of a workflow is one row of its own. */
export interface AuditRow {
  readonly endpoint?: string;
  readonly service?: string;
  readonly operation?: string;
  payloads: number;
  encrypted: number;
  plain: number;
  readonly families: FamilyId[];
  readonly keys: string[];
  /** Bytes of the largest payload, encrypted as it would be. */
  largest: number;
}

/** Use of a long-lived key with random nonces, against 2^32 (security.md 13). */
export interface KeyUse {
  readonly key: string;
  readonly family: FamilyId;
  payloads: number;
  readonly nonceLimit?: number;
}

export interface Audit {
  readonly rows: readonly AuditRow[];
  readonly keys: readonly KeyUse[];
  readonly findings: readonly AuditFinding[];
  /** Findings beyond those that are listed one by one, by code. */
  readonly summary: {
    readonly payloads: number;
    readonly encrypted: number;
    readonly errors: number;
    readonly warnings: number;
  };
  /** What a codec server with this keyring needs to be allowed; absent without KMS keys. */
  readonly iamPolicy?: IamPolicy;
  readonly warnings: readonly string[];
}

interface AuditOptions {
  /** Key ids that are to be retired: what needs them is a finding. */
  readonly needs: readonly string[];
  /** Plaintext is an error everywhere, not only where the keyring has a key for the endpoint. */
  readonly required: boolean;
}

/** Looks at every payload of the documents without opening any. */
export async function auditDocuments(
  documents: AsyncIterable<{ readonly name: string; readonly document: Document }>,
  keys: Keys,
  options: AuditOptions,
): Promise<Audit> {
  const state = { rows: new Map<string, AuditRow>(), keys: new Map<string, KeyUse>(), findings: [] as AuditFinding[] };
  const counts = { payloads: 0, encrypted: 0 };
  for await (const { name, document } of documents) {
    const prefix = name === '' ? '' : `${name}:`;
    const look: Parameters<typeof transformDocument>[1] = (payload, position, budget) =>
      openPayload(payload, keys, position, true, budget);
    for await (const batch of transformDocument(document, look)) {
      const tell = (found: readonly AuditFinding[]): void => {
        for (const finding of found) state.findings.push({ ...finding, path: `${prefix}${finding.path}` });
      };
      for (const handled of batch.handled) {
        if (handled.blob !== undefined) continue;
        const facts = auditPayload(handled, keys.keyring, options);
        counts.payloads += 1;
        if (facts.encrypted) counts.encrypted += 1;
        addRow(state.rows, handled.position, facts);
        if (facts.key !== undefined && facts.family !== undefined) addUse(state.keys, facts.key, facts.family);
        tell(facts.findings);
        tell((handled.clear ?? []).map(clearFinding));
      }
      tell(batch.clear.map(clearFinding));
    }
  }
  const findings = state.findings;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const policy = iamPolicy(keys.keyring);
  return {
    rows: [...state.rows.values()],
    keys: [...state.keys.values()],
    findings,
    summary: { ...counts, errors, warnings: findings.length - errors },
    ...(policy === null ? {} : { iamPolicy: policy }),
    warnings: [],
  };
}

function addRow(rows: Map<string, AuditRow>, { endpoint, service, operation }: Position, facts: PayloadFacts): void {
  const name = JSON.stringify([endpoint, service, operation]);
  let row = rows.get(name);
  if (row === undefined) {
    row = {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(service === undefined || endpoint === undefined ? {} : { service }),
      ...(operation === undefined || endpoint === undefined ? {} : { operation }),
      payloads: 0,
      encrypted: 0,
      plain: 0,
      families: [],
      keys: [],
      largest: 0,
    };
    rows.set(name, row);
  }
  row.payloads += 1;
  if (facts.encrypted) row.encrypted += 1;
  else row.plain += 1;
  row.largest = Math.max(row.largest, facts.size);
  if (facts.family !== undefined && !row.families.includes(facts.family)) row.families.push(facts.family);
  if (facts.key !== undefined && !row.keys.includes(facts.key)) row.keys.push(facts.key);
}

function addUse(uses: Map<string, KeyUse>, key: string, family: FamilyId): void {
  const name = `${family}\n${key}`;
  const use = uses.get(name);
  if (use !== undefined) use.payloads += 1;
  else uses.set(name, { key, family, payloads: 1, ...(longLived.has(family) ? { nonceLimit: 2 ** 32 } : {}) });
}

const longLived: ReadonlySet<FamilyId> = new Set<FamilyId>(['aes-gcm', 'java', 'endpoint', 'unmarked']);
