import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { catalogue, type Code } from '../../src/connectivity/catalogue.ts';
import { useLab } from './assert.ts';
import { shown, test, type Fault, type Healthy } from './fault.ts';
import type { Lab } from './lab.ts';
import { missing } from './needs.ts';
import { sdkSettings, startSdks, type SdkName } from './sdk.ts';
import { clientCertificateFaults } from './tables/client-certificate.ts';
import { grpcFaults } from './tables/grpc.ts';
import { healthy } from './tables/healthy.ts';
import { http2Faults } from './tables/http2.ts';
import { healthyProxies, proxyFaults } from './tables/proxies.ts';
import { tcpFaults } from './tables/tcp.ts';
import { tlsFaults } from './tables/tls.ts';

const { lab } = useLab();
afterEach(() => lab().close());

/** The SDK gives its connect call ten seconds; what has not connected by now hangs or tries again in vain. */
const sdks = startSdks(2000);
afterAll(() => sdks.close());

const names = ['typescript-client', 'core'] as const satisfies readonly SdkName[];

/** What nexusctl predicts for the SDK and what the SDK does, for one scene; null where the SDK has no part. */
async function compare({ name, scene }: Healthy, lab: Lab) {
  const built = await scene(lab);
  const settings = sdkSettings(built);
  if (settings === null) return null;
  // First nexusctl alone: some SDKs do send a credential to whom it shows none.
  const { report } = await test(built);
  const results = await Promise.all(names.map((sdk) => sdks.connect(built, settings, sdk)));
  return names.map((sdk, index) => {
    const predicted = report.predictions.find((prediction) => prediction.sdk === sdk);
    const { connects, text } = results[index] ?? { connects: false, text: '' };
    return { name, sdk, predicted, connects, text, found: shown(report) };
  });
}

/** How the client failed: at once, by what the server answered, or at the deadline without a reason. */
function manner(text: string): 'at once' | 'answered' | 'at the deadline' {
  if (text.includes('Failed to connect before the deadline')) return 'at the deadline';
  return text.startsWith('ServiceError') ? 'answered' : 'at once';
}

/** The manner that a predicted reason means for the client, where it means one. */
function expectedManner(code: Code): ReturnType<typeof manner> | null {
  switch (catalogue[code].layer) {
    case 'dns':
    case 'proxy':
    case 'tcp':
    case 'tls':
      return 'at the deadline';
    case 'grpc':
    case 'auth':
      return 'answered';
    default:
      return null;
  }
}

const groups: Readonly<Record<string, readonly (Fault | Healthy)[]>> = {
  'TCP and protocols': tcpFaults,
  TLS: tlsFaults,
  'client certificates': clientCertificateFaults,
  'HTTP/2': http2Faults,
  'gRPC and Temporal': grpcFaults,
  // Each with variables of its own needs a process of its own.
  proxies: [...proxyFaults.slice(0, 4), ...healthyProxies.slice(0, 1)],
  healthy,
};

const sideBySide = 40;

describe('what nexusctl predicts is what the SDK does', () => {
  it.each(Object.entries(groups))('%s', { timeout: 120_000 }, async (_group, faults) => {
    const wanted = faults.filter(({ needs }) => needs === undefined || missing(needs) === null);
    const compared: NonNullable<Awaited<ReturnType<typeof compare>>> = [];
    for (let at = 0; at < wanted.length; at += sideBySide) {
      const some = await Promise.all(wanted.slice(at, at + sideBySide).map((fault) => compare(fault, lab())));
      compared.push(...some.flatMap((one) => one ?? []));
      await lab().close();
    }
    expect(compared.length).toBeGreaterThan(0);
    expect(compared.filter(({ predicted, connects }) => predicted?.connects !== connects)).toEqual([]);
  });
});
