import { afterAll, beforeAll, expect, it } from 'vitest';
import { shown, test, type Fault, type Healthy } from './fault.ts';
import { openLab, type Lab } from './lab.ts';
import { missing } from './needs.ts';

/** The lab of a test file. */
export function useLab(): { readonly lab: () => Lab } {
  let lab: Lab | undefined;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.remove());
  return {
    lab: () => {
      if (lab === undefined) throw new Error('the lab is made before the tests');
      return lab;
    },
  };
}

/** One test for each fault of a table. */
export function testFaults(faults: readonly Fault[], lab: () => Lab): void {
  for (const fault of faults) {
    const because = fault.needs === undefined ? null : missing(fault.needs);
    it.skipIf(because !== null)(`${fault.name} → ${fault.code}`, () => assertFault(fault, lab()));
  }
}

export function testHealthy(targets: readonly Healthy[], lab: () => Lab): void {
  for (const { name, needs, notes, scene } of targets) {
    const because = needs === undefined ? null : missing(needs);
    it.skipIf(because !== null)(name, async () => {
      const { report, exitCode } = await test(await scene(lab()));
      expect(report.primary, shown(report)).toBeNull();
      expect({ ok: report.ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
      if (notes !== undefined) {
        const found = report.checks.flatMap(({ findings }) => findings).filter(({ code }) => code === notes);
        expect(found, shown(report)).toMatchObject([{ severity: 'info' }]);
      }
      expect(report.predictions.filter(({ connects }) => !connects)).toEqual([]);
    });
  }
}

async function assertFault({ code, or, scene, within, works }: Fault, lab: Lab): Promise<void> {
  const { report, exitCode, ms } = await test(await scene(lab));
  expect([code, ...(or?.codes ?? [])], shown(report)).toContain(report.primary?.code);
  // The machine of the tests may be busy; the report measures in earnest.
  expect(ms).toBeLessThan(within === undefined ? 5000 : within + 4000);
  if (works === true) expect({ ok: report.ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
  else {
    expect(report.ok, shown(report)).toBe(false);
    expect(exitCode).toBeGreaterThan(1);
  }
}
