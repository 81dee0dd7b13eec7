import type { Readable } from 'node:stream';
import type { CodecProbe } from './codec-server/doctor/probe.ts';
import type { CodecSockets } from './codec-server/socket.ts';
import type { Redactor } from './redact.ts';
import type { Net } from './connectivity/net.ts';
import type { Files } from './profile/files.ts';
import type { Processes } from './profile/processes.ts';
import type { SecretFetchers } from './profile/secrets.ts';
import type { Documents } from './payload/documents/documents.ts';
import type { Histories } from './payload/documents/histories.ts';
import type { KeyServices } from './payload/keys/keyring.ts';
import type { EndpointAdapters } from './adapters/endpoints.ts';
import type { Connection, Rpc } from './profile/connection.ts';
import type { VariablePlace } from './profile/profile.ts';
import type { SandboxDoor } from './sandbox/door.ts';

/** A stream that a person may be watching. */
export interface Sink {
  /** Resolves when the chunk has been taken (back-pressure); rejects with EPIPE when the reader has gone. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  readonly isTTY: boolean;
  /** Terminal columns; 80 when unknown. */
  readonly columns: number;
}

/** Makers of ports. Calling one loads its adapter (and whatever heavy package stands behind it), once. */
export interface Ports {
  readonly files: () => Promise<Files>;
  readonly net: () => Promise<Net>;
  /** What other processes of this machine see. */
  readonly processes: () => Promise<Processes>;
  /** Behind `secretsOf` of commands/secrets-of.ts. */
  readonly secretFetchers: () => Promise<SecretFetchers>;
  readonly documents: () => Promise<Documents>;
  readonly keyServices: () => Promise<KeyServices>;
  /** Opens a gRPC connection on the first call over it. */
  readonly rpc: () => Promise<(connection: Connection) => Rpc>;
  /** Histories of a namespace, over an open connection. */
  readonly histories: () => Promise<(rpc: Rpc, namespace: string) => Histories>;
  readonly endpoints: () => Promise<EndpointAdapters>;
  readonly codecSockets: () => Promise<CodecSockets>;
  readonly codecProbe: () => Promise<CodecProbe>;
  readonly sandbox: () => Promise<SandboxDoor>;
}

/**
 * Everything that a command may know of the world. Made in bin.ts for the real process and in
 * test/helpers/context.ts for tests; no other file reads `process`.
 */
export interface Context {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where variables of `env` stand that come from an --env-file. */
  readonly variablePlaces?: ReadonlyMap<string, VariablePlace>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cwd: string;
  readonly version: string;
  readonly now: () => Date;
  /** Aborts on Ctrl-C (reason: INTERRUPTED) and when --command-timeout ends (reason: TIMED_OUT). */
  readonly signal: AbortSignal;
  /**
   * Until the returned function is called, every signal that can be caught goes to `take` and aborts nothing: for a
   * command that must pass signals on, or tidy up whatever the signal was.
   */
  readonly takeSignals: (take: (signal: NodeJS.Signals) => void) => () => void;
  /** Bounds the whole command: aborts `signal` after this many milliseconds. */
  readonly abortAfter: (milliseconds: number) => void;
  readonly redactor: Redactor;
  /** Reads a file that ships with the package, by its path from the package root. */
  readonly asset: (path: string) => Promise<string>;
  readonly ports: Ports;
  /** Set by `emit`; what main returns when nothing is thrown. Not an ExitCode only when it is another program's. */
  readonly outcome: { exitCode: number };
}
