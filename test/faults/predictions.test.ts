import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { catalogue, type Code } from '../../src/connectivity/catalogue.ts';
import { useLab } from './assert.ts';
import { shown, test, type Fault, type Healthy } from './fault.ts';
import type { Lab } from './lab.ts';
import { missing } from './needs.ts';
import { sdkSettings, startSdks, type SdkName } from './sdk.ts';
import { clientCertificateFaults } from './tables/client-certificate.ts';
import { foreignFaults } from './tables/foreign.ts';
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

type Compared = NonNullable<Awaited<ReturnType<typeof compare>>>[number];

/** Where the client never gets as far as a call it says one sentence, whatever the reason. */
function saysAsPredicted(reason: Code | undefined, text: string): boolean {
  const layer = reason === undefined ? 'local' : catalogue[reason].layer;
  return !['dns', 'proxy', 'tcp'].includes(layer) || text.includes('Failed to connect before the deadline');
}

const groups: Readonly<Record<string, readonly (Fault | Healthy)[]>> = {
  'TCP and protocols': tcpFaults,
  'other protocols': foreignFaults,
  TLS: tlsFaults,
  'client certificates': clientCertificateFaults,
  'HTTP/2': http2Faults,
  'gRPC and Temporal': grpcFaults,
  // Each with variables of its own needs a process of its own.
  proxies: [...proxyFaults.slice(0, 4), ...healthyProxies.slice(0, 1)],
  healthy,
};

const sideBySide = 12;

describe('what nexusctl predicts is what the SDK does', () => {
  it.each(Object.entries(groups))('%s', { timeout: 120_000 }, async (_group, faults) => {
    const wanted = faults.filter(({ needs }) => needs === undefined || missing(needs) === null);
    const compared: Compared[] = [];
    for (let at = 0; at < wanted.length; at += sideBySide) {
      const some = await Promise.all(wanted.slice(at, at + sideBySide).map((fault) => compare(fault, lab())));
      compared.push(...some.flatMap((one) => one ?? []));
      await lab().close();
    }
    expect(compared.length).toBeGreaterThan(0);
    const differs = (one: Compared): boolean => one.predicted?.connects !== one.connects;
    // Many at a time on a busy machine: what differs is looked at once more, alone.
    for (const fault of wanted.filter(({ name }) => compared.some((one) => one.name === name && differs(one)))) {
      expect((await compare(fault, lab()))?.filter(differs)).toEqual([]);
      await lab().close();
    }
    const client = compared.filter(({ sdk, connects }) => sdk === 'typescript-client' && !connects);
    const otherwise = client.filter(({ predicted, text }) => !saysAsPredicted(predicted?.reasonCodes[0], text));
    expect(otherwise).toEqual([]);
  });
});
