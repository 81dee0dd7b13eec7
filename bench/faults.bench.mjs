// The fault lab of test/faults as a report: how many faults connect-test names, exactly or within the set that cannot be
// told apart, false alarms, times; and the same for the SDK's own connect calls (NEXUSCTL_BENCH_SDK=1: some minutes).
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';

export async function run() {
  const outfile = resolve('.cache', `faults-report-${String(process.pid)}.mjs`);
  await build({
    entryPoints: ['test/faults/report.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  try {
    const { reportLab } = await import(outfile);
    for (const line of await reportLab(process.env.NEXUSCTL_BENCH_SDK === '1')) console.log(line);
  } finally {
    await rm(outfile, { force: true });
  }
}
