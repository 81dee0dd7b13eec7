import { bodyOf, samples } from './samples.ts';
import type { Subject } from './subject.ts';
import { fromFailure, type Verdict } from './verdict.ts';

export interface Latency {
  /** Milliseconds. */
  readonly median: number;
  readonly slowest: number;
}

/** Ten requests, one after the other, as a client sends them; a failure instead when one was not answered. */
export async function measureLatency(subject: Subject): Promise<Latency | Verdict> {
  const times: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const answer = await subject.post('/decode', bodyOf([samples.plain]));
    if (!answer.ok) return fromFailure(answer, subject);
    times.push(answer.ms);
  }
  times.sort((a, b) => a - b);
  return { median: times[5] ?? 0, slowest: times.at(-1) ?? 0 };
}

export function judgeLatency({ median }: Latency): Verdict {
  // Milliseconds a request are seconds a thousand.
  const message = `${median.toFixed(1)} ms a request (new connection each); a history of 1,000 events takes the CLI about ${median.toFixed(0)} s`;
  return median <= 100
    ? { status: 'pass', message }
    : {
        status: 'warn',
        message,
        fix: 'run it nearer, or decode with keys of your own: nexusctl payload decode --workflow-id …',
      };
}
