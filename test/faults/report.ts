import { test, type Fault, type Healthy } from './fault.ts';
import { openLab, type Lab } from './lab.ts';
import { missing } from './needs.ts';
import { sdkSettings, startSdks, type SdkName, type SdkResult } from './sdk.ts';
import { allFaults, allHealthy } from './tables/all.ts';

/** What became of one fault. */
interface Row {
  readonly group: string;
  readonly fault: Fault;
  readonly verdict: 'exact' | 'allowed' | 'wrong';
  readonly code: string;
  readonly ms: number;
}

interface SdkRow extends SdkResult {
  readonly name: string;
  readonly sdk: SdkName;
  /** Null: nexusctl predicts nothing (local checks only). */
  readonly predicted: boolean | null;
}

const sdkTimeoutMs = 10_000;
const sideBySide = 16;

/** Runs the whole lab and gives its report as lines of text. Faults run one after another, so that each has its time. */
export async function reportLab(withSdk: boolean): Promise<readonly string[]> {
  const lab = await openLab();
  try {
    const rows: Row[] = [];
    const skipped: string[] = [];
    for (const [group, faults] of Object.entries(allFaults))
      for (const fault of faults) {
        const because = fault.needs === undefined ? null : missing(fault.needs);
        if (because === null) rows.push(await judge(group, fault, lab));
        else skipped.push(`${fault.name}: ${because}`);
      }
    const alarms = await falseAlarms(lab);
    const lines = [...ownLines(rows), ...alarms, ...skipped.map((text) => `  skipped  ${text}`)];
    return withSdk ? [...lines, ...sdkLines(await withSdks(lab), rows.length)] : lines;
  } finally {
    await lab.remove();
  }
}

async function judge(group: string, fault: Fault, lab: Lab): Promise<Row> {
  const { report, ms } = await test(await fault.scene(lab));
  await lab.close();
  const code = report.primary?.code ?? 'nothing';
  const allowed = fault.or?.codes.some((one) => one === code) === true;
  return { group, fault, verdict: code === fault.code ? 'exact' : allowed ? 'allowed' : 'wrong', code, ms };
}

async function falseAlarms(lab: Lab): Promise<string[]> {
  const wanted = allHealthy.filter(({ needs }) => needs === undefined || missing(needs) === null);
  const alarms: string[] = [];
  for (const { name, scene } of wanted) {
    const { report } = await test(await scene(lab));
    await lab.close();
    if (report.primary !== null)
      alarms.push(`  FALSE ALARM  ${name}: ${report.primary.code} ${report.primary.summary}`);
  }
  return [`healthy set-ups      ${String(wanted.length)}, false alarms ${String(alarms.length)}`, ...alarms];
}

function ownLines(rows: readonly Row[]): string[] {
  const of = (verdict: Row['verdict']): readonly Row[] => rows.filter((row) => row.verdict === verdict);
  const answering = rows.filter(({ fault }) => fault.within === undefined);
  const hanging = rows.filter(({ fault }) => fault.within !== undefined);
  return [
    `faults               ${String(rows.length)}`,
    `named exactly        ${String(of('exact').length)}`,
    `in an allowed set    ${String(of('allowed').length)}`,
    ...of('allowed').map(({ fault, code }) => `  ${fault.name}: ${code} for ${fault.code}, ${fault.or?.because ?? ''}`),
    `wrong                ${String(of('wrong').length)}`,
    ...of('wrong').map(({ group, fault, code }) => `  ${group}, ${fault.name}: ${code} for ${fault.code}`),
    `distinct codes       ${String(new Set(rows.map(({ code }) => code)).size)}`,
    timesOf('that answer', answering),
    timesOf('that hang', hanging),
  ];
}

function timesOf(what: string, rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => a.ms - b.ms);
  const median = sorted[Math.floor(sorted.length / 2)];
  const slowest = sorted.at(-1);
  return (
    `faults ${what}`.padEnd(21) +
    `${String(rows.length)}, median ${ms(median?.ms)}, slowest ${ms(slowest?.ms)} (${slowest?.fault.name ?? ''})`
  );
}

function ms(time: number | undefined): string {
  return `${String(Math.round(time ?? 0))} ms`;
}

/** The same faults with Connection.connect and NativeConnection.connect, many at a time: most wait for their deadline. */
async function withSdks(lab: Lab): Promise<readonly SdkRow[]> {
  const sdks = startSdks(sdkTimeoutMs);
  const wanted: readonly Healthy[] = [...Object.values(allFaults).flat(), ...allHealthy].filter(
    ({ needs }) => needs === undefined || missing(needs) === null,
  );
  const rows: SdkRow[] = [];
  const one = async ({ name, scene }: Healthy): Promise<void> => {
    const built = await scene(lab);
    const settings = sdkSettings(built);
    if (settings === null) return;
    const { report } = await test(built);
    const results = (['typescript-client', 'core'] as const).map(async (sdk) => {
      const predicted = report.predictions.find((prediction) => prediction.sdk === sdk)?.connects ?? null;
      rows.push({ name, sdk, predicted, ...(await sdks.connect(built, settings, sdk)) });
    });
    await Promise.all(results);
  };
  for (let at = 0; at < wanted.length; at += sideBySide) {
    await Promise.all(wanted.slice(at, at + sideBySide).map(one));
    await lab.close();
  }
  sdks.close();
  return rows;
}

function sdkLines(rows: readonly SdkRow[], faults: number): string[] {
  const lines = (['typescript-client', 'core'] as const).flatMap((sdk) => {
    const own = rows.filter((row) => row.sdk === sdk);
    const failed = own.filter(({ connects }) => !connects);
    const times = failed.map((row) => row.ms).sort((a, b) => a - b);
    const texts = new Set(failed.map(({ text }) => text));
    const wrong = own.filter(({ predicted, connects }) => predicted !== null && predicted !== connects);
    return [
      `${sdk}: ${String(own.length)} of ${String(faults)} faults and healthy set-ups are a matter of the SDK`,
      `  fails              ${String(failed.length)}, with ${String(texts.size)} distinct texts`,
      `  median, slowest    ${ms(times[Math.floor(times.length / 2)])}, ${ms(times.at(-1))} (we stop at ${ms(sdkTimeoutMs)})`,
      `  predicted wrongly  ${String(wrong.length)}`,
      ...wrong.map(({ name, connects, text }) => `    ${name}: ${connects ? 'connects' : text}`),
    ];
  });
  return ['', ...lines];
}
