import { execFileSync } from 'node:child_process';

/** End-to-end tests run the built file, so the build is made once before all tests. */
export function setup(): void {
  if (process.env['NEXUSCTL_SKIP_BUILD'] === undefined)
    execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}
