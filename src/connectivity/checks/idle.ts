import type { Check } from '../check.ts';
import { finding } from '../finding.ts';
import { limitsOf } from '../way.ts';

/** A worker's long poll waits 60 to 70 s, and nothing moves on the connection meanwhile. */
const idleMs = 70_000;

export const idle: Check<'idle'> = {
  id: 'idle',
  title: 'a connection that is idle for 70 s is still there',
  layer: 'quality',
  needs: ['http2', 'system-info'],
  after: ['round-trip', 'namespace', 'nexus', 'message-size', 'long-poll'],
  onTimeout: 'QOS003',
  deep: true,
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    if (session === undefined) return { findings: [] };
    const lasted = await session.idle({ timeoutMs: idleMs, signal: input.signal });
    if (lasted !== null)
      return {
        findings: [
          finding('QOS004', `the connection was closed after ${String(Math.round(lasted / 1000))} s without traffic`, {
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
          `after ${String(idleMs / 1000)} s without traffic nothing comes back: the connection was dropped silently`,
          { evidence: { ms: idleMs } },
        ),
      ],
      evidence: null,
    };
  },
};
