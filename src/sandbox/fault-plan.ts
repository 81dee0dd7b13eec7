import { NexusctlError } from '../errors/nexusctl-error.ts';
import { faults, type Effect, type Fault } from './faults.ts';

type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>;

/** The faults of one run, and how often each is still to happen. */
export interface FaultPlan {
  readonly names: readonly string[];
  /** The effect of this kind that is in force and fits; it is used up by one. */
  readonly take: <Kind extends Effect['kind']>(
    kind: Kind,
    fits?: (effect: EffectOf<Kind>) => boolean,
  ) => EffectOf<Kind> | undefined;
}

/**
 * @param wishes `NAME` or `NAME=COUNT`, as `--fault` takes them
 * @throws NexusctlError USAGE for a name that is not in the table or a count that is none
 */
export function planFaults(wishes: readonly string[]): FaultPlan {
  const planned = wishes.map(readWish);
  return {
    names: planned.map(({ fault }) => fault.name),
    take: <Kind extends Effect['kind']>(kind: Kind, fits?: (effect: EffectOf<Kind>) => boolean) => {
      for (const entry of planned) {
        const { effect } = entry.fault;
        if (entry.left <= 0 || !isKind(effect, kind) || fits?.(effect) === false) continue;
        entry.left -= 1;
        return effect;
      }
      return undefined;
    },
  };
}

function isKind<Kind extends Effect['kind']>(effect: Effect, kind: Kind): effect is EffectOf<Kind> {
  return effect.kind === kind;
}

function readWish(wish: string): { readonly fault: Fault; left: number } {
  const [, name = '', count] = /^([^=]*)(?:=(.*))?$/.exec(wish) ?? [];
  const fault = faults.find((candidate) => candidate.name === name);
  if (fault === undefined)
    throw new NexusctlError('USAGE', `there is no fault '${name}'`, {
      hint: 'nexusctl sandbox start --list-faults shows them all',
    });
  if (count === undefined) return { fault, left: fault.count ?? Infinity };
  if (!/^[1-9]\d{0,5}$/.test(count))
    throw new NexusctlError('USAGE', `'${wish}': the count after = must be a whole number above zero`);
  return { fault, left: Number(count) };
}
