import type { Check } from '../check.ts';
import { finding } from '../finding.ts';
import { limitsOf } from '../way.ts';

/** gRPC servers in Go (Temporal's) end a connection at the fourth ping within ten seconds. */
const pings = 3;
const farMs = 250;

export const roundTrip: Check<'round-trip'> = {
  id: 'round-trip',
  title: 'round trips are short',
  layer: 'quality',
  needs: ['http2', 'system-info'],
  onTimeout: 'QOS001',
  run: async (input) => {
    const session = input.evidence('http2')?.session;
    if (session === undefined) return { findings: [] };
    const times: number[] = [];
    for (let index = 0; index < pings; index += 1) {
      const ms = await session.ping(limitsOf(input, input.limitMs / pings));
      if (ms === null) break;
      times.push(ms);
    }
    if (times.length === 0) return { notApplicable: 'the server does not answer HTTP/2 pings' };
    times.sort((a, b) => a - b);
    const p50Ms = round(times[Math.floor(times.length / 2)] ?? 0);
    const p95Ms = round(times.at(-1) ?? 0);
    const findings =
      p50Ms < farMs ? [] : [finding('QOS001', `a round trip takes ${String(p50Ms)} ms`, { evidence: { ms: p50Ms } })];
    return { findings, evidence: { p50Ms, p95Ms } };
  },
};

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
