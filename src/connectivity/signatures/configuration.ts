import type { Signature } from './signature.ts';

/** What clients say before a packet is sent. */
export const configuration: readonly Signature[] = [
  {
    pattern: /Invalid TOML document|toml: line \d+|TOML parse error/i,
    codes: ['CFG003'],
    says: 'the configuration file is no valid TOML',
  },
  {
    pattern: /Profile '[^']*' not found|unable to find profile/i,
    codes: ['CFG004', 'CFG005', 'CFG002'],
    says: 'the profile was not found',
  },
  {
    pattern: /Cannot read propert(?:y|ies) [^.]*'?default'?/i,
    codes: ['CFG005'],
    says: 'the TypeScript loader stumbled over a misnamed table',
  },
  {
    pattern: /Cannot specify both .*_path and .*_data|cannot have both.*(?:path|data)/i,
    codes: ['CFG008'],
    says: 'an item is given twice',
  },
  {
    pattern:
      /Certificate chain must be given with accompanying|Private key must be given with accompanying|Missing property 'clientPrivateKey'|if either client cert or key path is present/i,
    codes: ['CFG009'],
    says: 'one half of the client pair is missing',
  },
  {
    pattern: /Both `apiKey` option and `Authorization`|Metadata key ".*" contains illegal|Invalid metadata key/i,
    codes: ['CFG014'],
    says: 'the gRPC metadata is unusable',
  },
  {
    pattern:
      /Metadata string value .* contains illegal characters|contains value with non-printable ASCII|invalid header field value|failed to parse header value/i,
    codes: ['TOK002', 'TOK005'],
    says: 'the API key is no legal header value',
  },
  { pattern: /ENAMETOOLONG.*BEGIN|ENOENT[^\n]*-----BEGIN/i, codes: ['CFG016'], says: 'PEM text was taken for a path' },
  {
    pattern:
      /ENOENT: no such file or directory, open|\bEISDIR\b|EACCES: permission denied, open|open [^:\n]+: (?:no such file or directory|permission denied|is a directory)|\[Errno (?:2|13|21)\]|FileNotFound(?:Error|Exception)|PermissionError|IsADirectoryError|NoSuchFileException|AccessDeniedException|UnauthorizedAccessException|DirectoryNotFoundException|Could not find (?:a part of the path|file)|Errno::(?:ENOENT|EACCES|EISDIR)|failed to open stream|file_get_contents\(/i,
    codes: ['CFG015'],
    says: 'a file could not be read',
  },
  {
    pattern:
      /Cannot find module '@temporalio\/core-bridge|core-bridge[^\n]*(?:musl|releases)|NODE_MODULE_VERSION|GLIBC_[\d.]+' not found|Error loading shared library ld-linux/i,
    codes: ['SDK002'],
    says: 'the native module does not fit the system',
  },
  {
    pattern: /got '[^']*(?::\/\/\/?|\/)[^']*'|Invalid address[^\n]*:\/\/|cannot find a NameResolver for/i,
    codes: ['ADR001'],
    says: 'the address has a scheme or a path',
  },
  {
    pattern:
      /got '[^']*(?:^| )[^']*'|got '[^']*\s'|got '[^']*[,"][^']*'|Invalid DNS name: \S*[,;"']|invalid international domain name/i,
    codes: ['ADR004'],
    says: 'the address has a stray character',
  },
  {
    pattern: /too many colons in address/i,
    codes: ['ADR001', 'ADR002', 'ADR003'],
    says: 'the address has more colons than host:port',
  },
  {
    pattern: /dial tcp \[[^\]\s]*:\d+\]:443/,
    codes: ['ADR003', 'ADR002'],
    says: 'the address was taken for a host without a port',
  },
  {
    pattern: /lookup tcp\/[^\s:]+: unknown port/i,
    codes: ['ADR001', 'ADR002'],
    says: 'what stands behind the colon is no port',
  },
  {
    pattern:
      /ERR_SOCKET_BAD_PORT|invalid port(?: number)?\b|Invalid DNS name: |missing port in address|Invalid address for Temporal gRPC endpoint/i,
    codes: ['ADR002', 'ADR003'],
    says: 'the port is no port',
  },
  {
    pattern:
      /InvalidUri|invalid (?:format|URI|URL)\b|relative URL without a base|unparseable host:port|Invalid target(?: URL)?|first path segment in URL|empty host/i,
    codes: ['ADR001', 'ADR002', 'ADR004'],
    says: 'the address could not be parsed',
  },
  { pattern: /InvalidDnsNameError/, codes: ['ADR003', 'ADR004'], says: 'rustls takes the host for no DNS name' },
  { pattern: /\$\{namespace\}|dns:\$\{/, codes: ['ADR006'], says: 'a template stands in the address' },
];
