export interface Check {
  readonly id: CheckId;
  readonly title: string;
  readonly status: 'pass' | 'warn' | 'fail' | 'skip';
  readonly message: string;
  readonly durationMs: number;
  /** What a user of the clients sees of it. */
  readonly seenAs?: SeenAs;
  readonly fix?: string;
}

export interface SeenAs {
  readonly webUi?: string;
  readonly cli?: string;
}

/** In the order in which they run: the first that fails is the primary one. */
export const checkTitles = {
  address: 'the address is one that every client can use',
  'token-over-https': 'the Web UI sends the token to it',
  'mixed-content': 'a browser lets the Web UI call it',
  'local-network': 'no permission for the local network is needed',
  reach: 'it answers',
  preflight: "it answers the Web UI's preflight",
  authentication: 'it takes this credential, and none but that',
  passthrough: 'payloads that it does not know come back unchanged, in order',
  'answer-form': 'its answers have the form that every client reads',
  cors: 'its answers may be read by the Web UI',
  'cors-on-errors': 'its errors may be read by the Web UI',
  'foreign-origin': 'other web pages are kept out',
  'snake-case': "it reads the Go client's spelling",
  'ui-query': 'it answers with the query that the Web UI adds',
  'double-slash': 'it answers at //decode',
  'empty-namespace': 'it answers the CLI without --namespace',
  size: 'it takes a large request',
  'round-trip': 'it opens what is encrypted',
  download: 'it fetches what lies in external storage',
  latency: 'it is fast enough for a client that asks once a field',
} as const;
export type CheckId = keyof typeof checkTitles;

export interface CodecReport {
  readonly url: string;
  readonly origin: string;
  readonly namespace: string;
  readonly ok: boolean;
  readonly primary: { readonly check: CheckId; readonly summary: string; readonly fix?: string } | null;
  readonly checks: readonly Check[];
  readonly latencyMs?: { readonly median: number; readonly slowest: number };
  readonly warnings: readonly string[];
}

/** The words of the clients for whatever goes wrong (docs/codec-server.md). */
export const uiBanner = 'red banner "Codec Server could not connect", payloads stay encrypted';
/** Seen in 2.55, which asks nobody then; 2.42 showed the banner. */
export const uiNull = '"null" in place of payloads, without any message; older ones a red banner';
export const uiSilent = 'payloads stay encrypted, without any message';
export const cliDeadline = 'after 10 s: "failed getting next history event: context deadline exceeded"';
export const cliHangs = 'the command hangs and ignores SIGTERM';
