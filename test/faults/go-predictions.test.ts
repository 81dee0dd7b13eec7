import { afterAll, beforeAll, expect, it } from 'vitest';
import { useLab } from './assert.ts';
import { shown, test, type Healthy } from './fault.ts';
import { goEnvironment, startGoSdk } from './go-sdk.ts';
import { missing } from './needs.ts';
import { allFaults, allHealthy } from './tables/all.ts';

const { lab } = useLab();

let sdk: Awaited<ReturnType<typeof startGoSdk>> = null;
beforeAll(async () => {
  sdk = await startGoSdk(1000);
}, 240_000);
afterAll(() => sdk?.close());

/** What nexusctl predicts for Go and what the SDK does; null where there is nothing to compare. */
async function compare({ name, scene }: Healthy) {
  const built = await scene(lab());
  const given = goEnvironment(built);
  if (given === null || sdk === null) return null;
  const { report } = await test(built);
  const predicted = report.predictions.find((prediction) => prediction.sdk === 'go');
  if (predicted === undefined) return null;
  const { connects, text } = await sdk.connect(built, given);
  return { name, predicted, connects, text, found: shown(report) };
}

type Compared = NonNullable<Awaited<ReturnType<typeof compare>>>;
const differs = (one: Compared | null): one is Compared => one !== null && one.predicted.connects !== one.connects;

const sideBySide = 24;

it('what nexusctl predicts for Go is what the Go SDK does', { timeout: 180_000 }, async ({ skip }) => {
  if (sdk === null) skip('Go is not installed');
  // A network of its own costs two processes a scene; the routes are no other there than for the SDKs of TypeScript.
  const scenes = [...Object.values(allFaults).flat(), ...allHealthy].filter(
    ({ needs }) => needs !== 'namespaces' && (needs === undefined || missing(needs) === null),
  );
  const waiting = [...scenes];
  const compared: Compared[] = [];
  const again: Healthy[] = [];
  const work = async (): Promise<void> => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const result = await compare(one).catch(() => undefined);
      if (result === undefined || differs(result)) again.push(one);
      if (result) compared.push(result);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  // Many at a time on a busy machine: what differs, or did not start, is looked at once more, alone.
  const wrong: Compared[] = [];
  for (const one of again) {
    await lab().close();
    const result = await compare(one);
    if (differs(result)) wrong.push(result);
  }
  expect(wrong).toEqual([]);
  expect(compared.length).toBeGreaterThan(200);
});
