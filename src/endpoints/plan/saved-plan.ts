import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Backend } from '../endpoint.ts';
import { digestOf, type Plan } from './plan.ts';
import type { PlannedChange } from './planned-change.ts';

/** A plan as `plan --out` writes it and `apply PLAN` follows it, to the letter or not at all. */
export interface SavedPlan extends Plan {
  readonly schemaVersion: 1;
  readonly kind: 'nexusctl-plan';
  readonly backend: Backend;
  /** The account that the plan was made against; applying it to another one is refused. */
  readonly metAccount?: string;
  /** What the files say they are about. */
  readonly account?: string;
  readonly cluster?: string;
  readonly madeAt: string;
  readonly warnings: readonly string[];
}

/**
 * @throws NexusctlError INPUT_INVALID when it is no plan, or was changed after it was made
 */
export function readSavedPlan(path: string, text: string): SavedPlan {
  const refuse = (what: string): NexusctlError =>
    new NexusctlError('INPUT_INVALID', `${path}: ${what}`, {
      hint: 'make it with `nexusctl endpoint plan -f nexus.yaml --out PLAN`',
    });
  let plan: Partial<SavedPlan> | null;
  try {
    plan = JSON.parse(text) as Partial<SavedPlan> | null;
  } catch {
    throw refuse('not JSON');
  }
  if (plan?.kind !== 'nexusctl-plan' || !Array.isArray(plan.changes)) throw refuse('no plan of nexusctl');
  if (plan.schemaVersion !== 1) throw refuse(`plan of version ${String(plan.schemaVersion)}`);
  const { backend, account, cluster, inputs } = plan;
  if (digestOf({ account, cluster, backend, inputs }, plan.changes as readonly PlannedChange[]) !== plan.digest)
    throw refuse('it was changed after it was made: its digest does not fit');
  return plan as SavedPlan;
}
