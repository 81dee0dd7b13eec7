import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from './fault-plan.ts';
import type { Around, Call } from './grpc.ts';
import { refusal } from './refusal.ts';

export type Plane = 'control-plane' | 'frontend';

interface Surroundings {
  readonly plane: Plane;
  readonly faults: FaultPlan;
  /** @throws Refusal when the caller may not come in */
  readonly authenticate: (call: Call) => void;
  readonly cut: (peerPort: number) => void;
}

/** What happens to a call outside of its handler: who calls, and the faults that were asked for. */
export function surround({ plane, faults, authenticate, cut }: Surroundings): Around {
  return async (call, answer) => {
    const fits = ({ calls }: { readonly calls: 'writes' | Plane | 'all' }): boolean =>
      calls === 'all' || calls === plane || (calls === 'writes' && isWrite(call.path));
    const delay = faults.take('delay', fits);
    if (delay !== undefined) await sleep(delay.lengthMs, undefined, { ref: false });
    authenticate(call);
    const refused = faults.take('refuse', fits);
    if (refused !== undefined) throw refusal(refused.status, refused.message);
    const dropped = faults.take('drop', fits);
    if (dropped === undefined) return answer();
    if (dropped.when === 'after') await answer();
    cut(call.peerPort);
    throw refusal('UNAVAILABLE', 'the connection was cut');
  };
}

function isWrite(path: string): boolean {
  return /\/(?:Create|Update|Delete)\w+$/.test(path);
}
