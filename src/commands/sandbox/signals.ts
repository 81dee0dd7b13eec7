import type { Context } from '../../context.ts';

export interface HeldSignals {
  /** Resolves with the first signal, or when the command's time is over. */
  readonly first: Promise<void>;
  /** Calls back with every signal, those that came before the call included. */
  readonly each: (take: (signal: NodeJS.Signals) => void) => void;
  readonly seen: () => NodeJS.Signals | undefined;
  readonly release: () => void;
}

/** From now on no signal ends this process before it has tidied up: they are kept until somebody takes them. */
export function holdSignals(context: Pick<Context, 'takeSignals' | 'signal'>): HeldSignals {
  const seen: NodeJS.Signals[] = [];
  let take: ((signal: NodeJS.Signals) => void) | undefined;
  let arrived: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
    context.signal.addEventListener('abort', () => resolve());
  });
  const release = context.takeSignals((signal) => {
    seen.push(signal);
    arrived();
    take?.(signal);
  });
  return {
    first,
    each: (next) => {
      take = next;
      seen.forEach(next);
    },
    seen: () => seen[0],
    release,
  };
}
