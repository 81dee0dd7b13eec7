import type { ExitName } from '../../errors/exit-codes.ts';

export type Layer =
  'local' | 'dns' | 'proxy' | 'tcp' | 'tls' | 'http2' | 'grpc' | 'auth' | 'namespace' | 'nexus' | 'quality' | 'sdk';

export type Severity = 'critical' | 'error' | 'warning' | 'info';

export interface Entry {
  readonly layer: Layer;
  /** How bad it is unless a check knows better. */
  readonly severity: Severity;
  /** The exit of connect-test when this is the primary finding. */
  readonly exit: ExitName;
  readonly title: string;
  /** What it means, in a sentence or two, for somebody who meets it for the first time. */
  readonly means: string;
  /** What to do, in order; a check adds the commands that fit what it saw. */
  readonly fix: readonly string[];
}
