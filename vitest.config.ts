import { defineConfig } from 'vitest/config';

/** Tests that ask servers which they start in their own process: the sandbox above all, and broken codec servers. */
const inProcess = ['test/{commands/endpoint,sandbox}/**/*.test.ts', 'test/codec-server/doctor*.test.ts'];

/** Files share what they load: a third of their time was loading it again. Two cores, and some wait. */
const shared = {
  isolate: false,
  maxWorkers: 3,
  // Room for what is short-lived: most of what these tests make.
  execArgv: ['--max-semi-space-size=64'],
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  test: {
    // They end what hangs, and say nothing of speed: ten times what a machine needs that does little else.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: ['test/helpers/global-setup.ts'],
    reporters: ['default', './test/helpers/summary-reporter.ts'],
    // A module is transformed again when it or what transforms it has changed, not in every run.
    experimental: { fsModuleCache: true },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          // What is about the built program as a whole, what needs a neighbour, and what starts a server of ours.
          exclude: ['test/{browser,e2e,faults,server}/**', ...inProcess],
          ...shared,
        },
      },
      { extends: true, test: { name: 'in process', include: inProcess, ...shared } },
      {
        extends: true,
        test: {
          name: 'neighbours',
          include: ['test/{browser,e2e,server}/**/*.test.ts'],
          // They wait for servers and processes half of the time.
          maxWorkers: 4,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          // More workers only make the timing of faults noisy.
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
