import type { Reporter, TestModule } from 'vitest/node';

/** The last lines of a run, in one plain form that any log reader can find: what was not run and why, then the counts. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'pending') continue;
        counts[result.state] += 1;
        if (result.state !== 'skipped') continue;
        const reason = result.note ?? `by a condition or a filter, in ${module.relativeModuleId}`;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    const lines = [...reasons].map(([reason, count]) => `not run: ${String(count)}, ${reason}`);
    const { passed, failed, skipped } = counts;
    lines.push(`tests: ${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`);
    // After the default reporter's own lines.
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}
