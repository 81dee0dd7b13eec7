import type { Check } from '../check.ts';
import { finding } from '../finding.ts';
import { limitsOf } from '../way.ts';

export const idle: Check<'idle'> = {
  id: 'idle',
  // A worker's long poll waits 60 to 70 s, and nothing moves on the connection meanwhile: the default of --idle.
  title: 'a connection that is left idle is still there',
  layer: 'quality',
  needs: ['http2', 'system-info'],
  after: ['round-trip', 'namespace', 'nexus', 'message-size', 'long-poll'],
  onTimeout: 'QOS003',
  deep: true,
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    if (session === undefined) return { findings: [] };
    const { idleMs } = input.subject;
    const lasted = await session.idle({ timeoutMs: idleMs, signal: input.signal });
    if (input.signal.aborted) return { notApplicable: 'the time for the test was over (--timeout)' };
    if (lasted !== null)
      return {
        findings: [
          finding('QOS004', `the connection was closed after ${seconds(lasted)} s without traffic`, {
            evidence: { ms: lasted },
          }),
        ],
        evidence: null,
      };
    const answered = await session.ping(limitsOf(input));
    if (answered !== null) return { findings: [], evidence: null };
    return {
      findings: [
        finding(
          'QOS003',
          `after ${seconds(idleMs)} s without traffic nothing comes back: the connection was dropped silently`,
          { evidence: { ms: idleMs } },
        ),
      ],
      evidence: null,
    };
  },
};

function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 10_000 ? 1 : 0);
}
