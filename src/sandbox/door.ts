import type { ChildEnd, ChildRequest } from './child.ts';
import { sandboxedEnvironment } from './environment.ts';
import { faults, type Fault } from './faults.ts';
import type { Sandbox, SandboxOptions } from './sandbox.ts';

/** What commands may do with the sandbox; the servers are loaded when one is started. */
export interface SandboxDoor {
  readonly faults: readonly Fault[];
  /** @throws NexusctlError USAGE for a fault that does not exist */
  readonly start: (options: SandboxOptions) => Promise<Sandbox>;
  /** Runs a command with an environment that knows nothing but this sandbox. */
  readonly run: (sandbox: Sandbox, request: ChildRequest) => Promise<ChildEnd>;
}

export const sandboxDoor: SandboxDoor = {
  faults,
  start: async (options) => (await import('./sandbox.ts')).startSandbox(options),
  run: async (sandbox, request) => {
    const { runChild } = await import('./child.ts');
    return runChild({ ...request, environment: sandboxedEnvironment(request.environment, sandbox.environment) });
  },
};
