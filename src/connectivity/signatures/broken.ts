import type { Signature } from './signature.ts';

/** Broken connections and opaque words: many causes. */
export const broken: readonly Signature[] = [
  {
    pattern: /server preface: timeout|server preface within timeout|before receiving SETTINGS|Timeout expired/i,
    codes: ['H2002', 'RPC010', 'TCP008'],
    says: 'connected, and then silence',
    vague: true,
  },
  {
    pattern: /hyper::Error\(Canceled, "connection closed"\)/,
    codes: ['MTL001', 'MTL002', 'TCP007', 'H2001', 'CRT004', 'TLS002', 'H2004'],
    says: 'the connection closed after the handshake: a refused client certificate, or no gRPC server',
    vague: true,
  },
  {
    pattern:
      /error reading server preface: EOF|connection closed before server preface|stream closed because of a broken pipe|BrokenPipe|write: broken pipe|peer closed connection without sending|connection closed"|operation was canceled|Connection dropped|Last error: Failed to connect\.|Network closed for unknown reason|Socket closed|Stream removed|Broken pipe|Connection (?:was )?(?:closed|aborted|lost)|closed by the remote host|End of TCP stream|error reading from server: EOF|error trying to connect: unexpected/i,
    codes: ['TLS002', 'MTL002', 'H2004', 'CRT004', 'MTL001', 'TCP006', 'CRT008'],
    says: 'the connection broke before HTTP/2 was set up',
    vague: true,
  },
  {
    pattern: /ECONNRESET|Connection ?reset|forcibly closed|(?:code: |os error |errno )(?:104|54|10054)\b/i,
    codes: ['MTL002', 'TLS002', 'TCP003', 'CRT004', 'ADR009'],
    says: 'the connection was reset',
    vague: true,
  },
  {
    pattern: /closed=\[UNAVAILABLE(?:, UNAVAILABLE){3}/,
    codes: ['H2003', 'H2005', 'TLS002', 'H2004'],
    says: 'connections come about and are ended again and again',
    vague: true,
  },
  {
    pattern: /remote_addr=|waiting for metadata filters/i,
    codes: ['RPC010', 'RPC001', 'RPC008', 'RPC004', 'RPC011'],
    says: 'connected, and the call got no good answer in time',
    vague: true,
  },
  {
    pattern: /Waiting for LB pick|waiting_for_connection|waiting for connections to become ready|HANG still pending/i,
    codes: ['TCP002', 'TCP008', 'H2002', 'TLS014', 'PRX006', 'TLS006'],
    says: 'no connection came about in time',
    vague: true,
  },
  {
    pattern: /^\s*(?:[\w.]+\.)?TimeoutError:?\s*$|gRPC request was cancelled/m,
    codes: ['TCP002', 'RPC010', 'H2002', 'TCP008', 'RPC005'],
    says: 'nothing came in time',
    vague: true,
  },
  {
    pattern:
      /StatusRuntimeException: (?:INTERNAL|UNKNOWN|ABORTED|DATA_LOSS|OUT_OF_RANGE):|Status \{ code: (?:Internal|Unknown|Aborted|DataLoss), message: "(?!h2 protocol|protocol error|transport error)/,
    codes: ['RPC004', 'RPC001'],
    says: 'the server answered with an error of its own',
    vague: true,
  },
  {
    pattern: /UNAVAILABLE|Unavailable/,
    codes: ['TCP001', 'TLS010', 'RPC004', 'TLS002', 'DNS001'],
    says: 'the server is unavailable',
    vague: true,
  },
  {
    pattern:
      /Failed to connect before the deadline|transport error|TransportError|context deadline exceeded|DEADLINE_EXCEEDED|failed reaching server|Failed client connect|Connection failed|io exception|Connection error|failed to connect to all addresses|failed to connect to the Temporal server|Unable to create client|Failed to create SDK client|failed to dial/i,
    codes: ['TCP001', 'TLS010', 'TLS002', 'MTL001', 'TCP002', 'DNS001', 'RPC010'],
    says: 'this text fits most of all known faults: 84 of 138 measured ones print exactly "Failed to connect before the deadline"',
    vague: true,
  },
];
