/** Who has asked for tasks lately, as DescribeTaskQueue shows it. */
export interface Pollers {
  readonly seen: Map<string, Map<string, number>>;
  readonly now: () => number;
}

interface TaskQueue {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly type: number;
}

/** Matching forgets a poller after five minutes. */
const rememberedMs = 300_000;

export function recordPoll(pollers: Pollers, queue: TaskQueue, identity: string | null | undefined): void {
  const key = keyOf(queue);
  const there = pollers.seen.get(key) ?? new Map<string, number>();
  pollers.seen.set(key, there.set(identity ?? '', pollers.now()));
}

export function pollersOf(pollers: Pollers, queue: TaskQueue): readonly { identity: string; at: number }[] {
  const since = pollers.now() - rememberedMs;
  const there = [...(pollers.seen.get(keyOf(queue)) ?? [])];
  return there.filter(([, at]) => at > since).map(([identity, at]) => ({ identity, at }));
}

function keyOf({ namespace, taskQueue, type }: TaskQueue): string {
  return JSON.stringify([namespace, taskQueue, type]);
}
