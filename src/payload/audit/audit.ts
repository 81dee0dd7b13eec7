import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { findingAt, needsOf, type AuditFinding } from './codes.ts';
import type { Handled, HandledBatch } from '../handled.ts';
import type { Document } from '../documents/document.ts';
import { isFingerprint, tryKeys, type Tried } from './keys.ts';
import { auditPayload, clearFinding, sealedLayer, type PayloadFacts } from './payload.ts';
import { makeHistoryAudit, type SizedPayload } from './history.ts';
import type { FamilyId } from '../families/family.ts';
import { iamPolicy, type IamPolicy } from '../keys/iam-policy.ts';
import { openPayload } from '../layers.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { transformDocument } from '../transform.ts';
import type { Position } from '../model/position.ts';

/** What crossed one Nexus operation; everything else of a workflow is one row of its own. */
export interface AuditRow {
  readonly endpoint?: string;
  readonly service?: string;
  readonly operation?: string;
  payloads: number;
  encrypted: number;
  plain: number;
  /** References to external storage. */
  stored: number;
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
  /** The keys that are to be retired, as the findings name them. */
  readonly needs: readonly string[];
  /** What a codec server with this keyring needs to be allowed; absent without KMS keys. */
  readonly iamPolicy?: IamPolicy;
  readonly warnings: readonly string[];
}

interface AuditOptions {
  /** Key ids that are to be retired: what needs them is a finding. */
  readonly needs: readonly string[];
  /** Plaintext is an error everywhere, not only where the keyring has a key for the endpoint. */
  readonly required: boolean;
  /** Reads keys, to say which one opens what does not name its key. */
  readonly tryKeys: boolean;
}

/** Looks at every payload of the documents; opens none, or only those that do not name their key. */
export async function auditDocuments(
  documents: AsyncIterable<{ readonly name: string; readonly document: Document }>,
  keys: Keys,
  options: AuditOptions,
): Promise<Audit> {
  const state = { rows: new Map<string, AuditRow>(), keys: new Map<string, KeyUse>(), findings: [] as AuditFinding[] };
  const counts = { payloads: 0, encrypted: 0 };
  let homeless = 0;
  for await (const { name, document } of documents) {
    const prefix = name === '' ? '' : `${name}:`;
    const together = makeHistoryAudit();
    const tell = (found: readonly AuditFinding[]): void => {
      for (const finding of found) state.findings.push({ ...finding, path: `${prefix}${finding.path}` });
    };
    const look: Parameters<typeof transformDocument>[1] = (payload, position, budget) =>
      openPayload(payload, keys, position, true, budget);
    for await (const batch of readable(transformDocument(document, look), name, state.findings)) {
      const sized: [Handled, SizedPayload][] = [];
      // All at once: a key service may have to be asked for each.
      const tried = await Promise.all(options.tryKeys ? batch.handled.map((handled) => triedOn(handled, keys)) : []);
      for (const [index, handled] of batch.handled.entries()) {
        if (handled.blob !== undefined) continue;
        const facts = auditPayload(handled, keys, options, tried[index] ?? null);
        counts.payloads += 1;
        if (facts.encrypted) counts.encrypted += 1;
        if (isHomeless(handled)) homeless += 1;
        addRow(state.rows, handled.position, facts);
        if (facts.used !== undefined && facts.family !== undefined) addUse(state.keys, facts.used, facts.family);
        tell(facts.findings);
        sized.push([handled, facts]);
        tell((handled.clear ?? []).map(clearFinding));
      }
      tell(together.next(batch.events, sized));
      tell(batch.clear.map(clearFinding));
    }
    tell(together.end());
  }
  const findings = state.findings;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const policy = iamPolicy(keys.keyring);
  const needs = options.needs.map((id) => shownAs(id, findings));
  return {
    rows: [...state.rows.values()],
    keys: [...state.keys.values()],
    findings,
    summary: { ...counts, errors, warnings: findings.length - errors },
    needs,
    ...(policy === null ? {} : { iamPolicy: policy }),
    warnings: [
      ...needs
        .filter((id) => !keys.keyring.keys.has(id) && needsOf(id, findings).sure === 0)
        .map((id) => unheardOf(id, keys.keyring)),
      ...(homeless === 0 ? [] : [homelessWords(homeless)]),
    ],
  };
}

/** What an operation gave back, where the event that scheduled it is not there. */
function isHomeless({ path, position }: Handled): boolean {
  return (
    position.endpoint === undefined && /\.(?:nexusOperation\w+EventA|nexus_operation_\w+_event_a)ttributes\./.test(path)
  );
}

function homelessWords(payloads: number): string {
  return `${String(payloads)} payload${payloads === 1 ? '' : 's'} of Nexus operations whose scheduled event is not here: their endpoint is not known, nor whether they are under its key`;
}

async function triedOn(handled: Handled, keys: Keys): Promise<Tried | null> {
  const sealed = sealedLayer(handled);
  const { payload } = handled.opened;
  return sealed === undefined || payload === null ? null : tryKeys(payload, sealed, keys, handled.position);
}

/** An id that is itself the key is not repeated. */
function shownAs(id: string, findings: readonly AuditFinding[]): string {
  const own = findings.find(
    ({ code, key }) => code === 'NEEDS_KEY' && key?.startsWith('#') && isFingerprint(id, key.slice(1)),
  );
  return own?.key ?? id;
}

/** Whoever misspells a key would be told that nothing needs it. */
function unheardOf(id: string, { keys }: Keyring): string {
  const known = keys.size === 0 ? 'there is no keyring' : `the keyring has ${[...keys.keys()].join(', ')}`;
  return `no payload and no keyring names the key '${id}' of --needs: is it spelled so? ${known}`;
}

/** A damaged document among several ends that document, not the audit: nothing can be said of its rest. */
async function* readable(
  batches: AsyncIterable<HandledBatch>,
  name: string,
  findings: AuditFinding[],
): AsyncGenerator<HandledBatch> {
  try {
    yield* batches;
  } catch (error) {
    if (name === '' || !(error instanceof NexusctlError) || error.code !== 'INPUT_INVALID') throw error;
    const message = `the rest of it cannot be read: ${error.message}`;
    findings.push(findingAt('MALFORMED', { path: `${name}:$`, position: {} }, message));
  }
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
      stored: 0,
      families: [],
      keys: [],
      largest: 0,
    };
    rows.set(name, row);
  }
  row.payloads += 1;
  if (facts.encrypted) row.encrypted += 1;
  else if (facts.stored) row.stored += 1;
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
