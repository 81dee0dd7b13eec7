import type { Outcome } from './audit.ts';
import type { Operation } from './request.ts';

/** Counters of one server, in Prometheus' text format. No label comes from a request but the two words below. */
export interface Metrics {
  readonly request: (operation: Operation | 'other', outcome: Outcome, seconds: number) => void;
  readonly payloads: (operation: Operation, changed: number, unchanged: number) => void;
  readonly keyring: (loaded: boolean, time: number) => void;
  /** @param inFlight requests being answered now */
  readonly text: (inFlight: number) => string;
}

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export function makeMetrics(version: string): Metrics {
  const requests = new Map<string, number>();
  const payloads = new Map<string, number>();
  const buckets = bounds.map(() => 0);
  let [sum, count, loadedAt, failures] = [0, 0, 0, 0];
  const add = (counters: Map<string, number>, labels: string, amount: number): void => {
    if (amount > 0) counters.set(labels, (counters.get(labels) ?? 0) + amount);
  };
  return {
    request(operation, outcome, seconds) {
      add(requests, `operation="${operation}",outcome="${outcome}"`, 1);
      sum += seconds;
      count += 1;
      const bucket = bounds.findIndex((bound) => seconds <= bound);
      if (bucket !== -1) buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    },
    payloads(operation, changed, unchanged) {
      add(payloads, `operation="${operation}",result="changed"`, changed);
      add(payloads, `operation="${operation}",result="unchanged"`, unchanged);
    },
    keyring(loaded, time) {
      if (loaded) loadedAt = time / 1000;
      else failures += 1;
    },
    text: (inFlight) =>
      [
        ...family('nexusctl_build_info', 'gauge', 'Version of this program.', [[`version="${version}"`, 1]]),
        ...family('nexusctl_codec_requests_total', 'counter', 'Requests by operation and outcome.', [...requests]),
        ...family('nexusctl_codec_payloads_total', 'counter', 'Payloads, changed or passed through.', [...payloads]),
        ...histogram(buckets, sum, count),
        ...family('nexusctl_codec_requests_in_flight', 'gauge', 'Requests being answered.', [['', inFlight]]),
        ...family('nexusctl_codec_keyring_loaded_timestamp_seconds', 'gauge', 'When the keyring in use was read.', [
          ['', loadedAt],
        ]),
        ...family('nexusctl_codec_keyring_failures_total', 'counter', 'Keyring files that could not be loaded.', [
          ['', failures],
        ]),
        '',
      ].join('\n'),
  };
}

function family(name: string, type: string, help: string, samples: readonly (readonly [string, number])[]): string[] {
  const lines = samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${String(value)}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function histogram(buckets: readonly number[], sum: number, count: number): string[] {
  const name = 'nexusctl_codec_request_seconds';
  let below = 0;
  const lines = bounds.map((bound, index) => {
    below += buckets[index] ?? 0;
    return `${name}_bucket{le="${String(bound)}"} ${String(below)}`;
  });
  return [
    `# HELP ${name} From the last byte of the head to the answer.`,
    `# TYPE ${name} histogram`,
    ...lines,
    `${name}_bucket{le="+Inf"} ${String(count)}`,
    `${name}_sum ${String(sum)}`,
    `${name}_count ${String(count)}`,
  ];
}
