import { expect } from 'vitest';
import type { Report } from '../../src/connectivity/check.ts';
import { runMain } from '../helpers/context.ts';
import { canary, type Lab } from './lab.ts';
import type { Running } from './server.ts';

/** What to run, and who must not have seen a credential. */
export interface Scene {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Servers without a verified connection: they assert that no credential came. */
  readonly strangers?: readonly Running[];
}

/** A fault: the codes that name it (more than one only where it cannot be told apart from outside), and its scene. */
export interface Fault {
  readonly name: string;
  readonly code: string | readonly string[];
  readonly scene: (lab: Lab) => Promise<Scene> | Scene;
  /** Milliseconds for the verdict on an idle machine; a second unless it hangs by nature. */
  readonly within?: number;
  /** Only a warning: everything works, and there is something to know. */
  readonly works?: true;
}

export async function test(scene: Scene): Promise<{ report: Report; exitCode: number; ms: number; output: string }> {
  const startedAt = performance.now();
  const argv = ['connect-test', '-o', 'json', '--step-timeout', '1500ms', ...(scene.args ?? [])];
  const { exitCode, stdout, stderr } = await runMain(argv, { env: scene.env ?? {} });
  const ms = performance.now() - startedAt;
  const output = stdout + stderr;
  expect(output, 'no secret in any output').not.toContain(canary);
  for (const stranger of scene.strangers ?? [])
    expect(stranger.seen(), 'no credential on the wire').not.toContain(canary);
  expect(stdout, stderr).not.toBe('');
  return { report: JSON.parse(stdout) as Report, exitCode, ms, output };
}

export async function assertFault({ code, scene, within, works }: Fault, lab: Lab): Promise<void> {
  const { report, exitCode, ms } = await test(await scene(lab));
  const shown = JSON.stringify(
    report.checks.flatMap(({ findings }) =>
      findings.map((found) => `${found.code} ${found.severity} ${found.message}`),
    ),
    null,
    1,
  );
  expect([code].flat(), shown).toContain(report.primary?.code);
  expect(ms).toBeLessThan(within === undefined ? 5000 : within + 4000);
  if (works === true) expect({ ok: report.ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
  else {
    expect(report.ok, shown).toBe(false);
    expect(exitCode).toBeGreaterThan(1);
  }
}
