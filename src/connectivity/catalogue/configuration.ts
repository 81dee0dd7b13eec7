import type { Entry } from './entry.ts';

export const configuration = {
  CFG001: {
    layer: 'local',
    severity: 'info',
    exit: 'configuration',
    title: 'nothing is configured, so localhost:7233 is used',
    means:
      'No flag, variable or profile names an address. Every SDK then silently connects to a server on this machine.',
    fix: ['Set TEMPORAL_ADDRESS, pass --address, or write a profile with `nexusctl config set`.'],
  },
  CFG002: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'the named configuration file does not exist',
    means:
      'TEMPORAL_CONFIG_FILE or --config-file points nowhere. The SDKs do not report that: they fall back to localhost:7233.',
    fix: ['Correct the path, or unset the variable to use the default file (`nexusctl config path`).'],
  },
  CFG003: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'the configuration file is not valid TOML',
    means:
      'A reader stops at the first syntax error. Usual causes are Windows back-slashes in double quotes, typographic quotes and unclosed table names.',
    fix: ['Mend the named line. Paths with back-slashes belong in single quotes.'],
  },
  CFG004: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'the profile does not exist',
    means: 'The profile that was asked for is not in the configuration file, so none of its settings apply.',
    fix: ['Pick one of the profiles that exist: `nexusctl config list`.'],
  },
  CFG005: {
    layer: 'local',
    severity: 'warning',
    exit: 'configuration',
    title: 'unknown table or key in the configuration file',
    means: 'SDKs ignore what they do not know, so a misspelled setting has no effect and no error.',
    fix: ['Use the documented spelling: tables are [profile.NAME] and [profile.NAME.tls].'],
  },
  CFG006: {
    layer: 'local',
    severity: 'warning',
    exit: 'configuration',
    title: 'a variable with an older name is set, which the SDKs ignore',
    means:
      'Samples and older tools used other names. The environment configuration of the SDKs reads only the modern ones and says nothing about the rest.',
    fix: ['Set the modern variable instead and unset the older one.'],
  },
  CFG007: {
    layer: 'local',
    severity: 'warning',
    exit: 'configuration',
    title: 'one source overrides another',
    means:
      'The same setting comes from two places with different values, so tools that read them in another order connect elsewhere.',
    fix: ['Keep the setting in one place. `nexusctl config show` prints the origin of each value.'],
  },
  CFG008: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'the same item is given as a path and as data',
    means: 'The SDKs refuse a certificate or key that is configured both as a file and as text.',
    fix: ['Unset one of the two.'],
  },
  CFG009: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'a client certificate without its key, or a key without its certificate',
    means:
      'A client certificate needs both halves. Some SDK readers drop half a pair silently and connect without a certificate.',
    fix: ['Set both the certificate and the key.'],
  },
  CFG010: {
    layer: 'local',
    severity: 'critical',
    exit: 'configuration',
    title: 'an API key would be sent in clear text, because TLS is off',
    means:
      'TLS is switched off while an API key is configured. An SDK sends the key readable for everybody on the path. nexusctl did not connect with it.',
    fix: [
      'Turn TLS on (unset TEMPORAL_TLS or set it to true).',
      'For a server on loopback or behind an encrypting sidecar, name its host with --allow-plaintext-key.',
    ],
  },
  CFG011: {
    layer: 'local',
    severity: 'warning',
    exit: 'configuration',
    title: 'an API key and a client certificate are both configured',
    means:
      'Most servers want one of the two. A Cloud namespace with both methods enabled does not accept the API key on its namespace endpoint.',
    fix: ['Choose one with --auth mtls or --auth api-key, and remove the other from the profile.'],
  },
  CFG012: {
    layer: 'local',
    severity: 'warning',
    exit: 'configuration',
    title: 'a boolean is spelled so that SDKs disagree about it',
    means: 'The TypeScript SDK knows only 1 and true; Go and the core-based SDKs read other spellings differently.',
    fix: ['Write true or false, in lower case.'],
  },
  CFG013: {
    layer: 'local',
    severity: 'warning',
    exit: 'configuration',
    title: 'a setting that some SDKs ignore',
    means: 'The setting works in the temporal CLI or in Go and is silently ignored elsewhere.',
    fix: ['Do not rely on it: configure what every reader understands, for example a CA and a server name.'],
  },
  CFG014: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'a gRPC metadata name or value is unusable',
    means:
      'A header name is illegal, arrives under another name than intended, or replaces the authorization header of the API key.',
    fix: ['Use lower-case letters, digits and at most two underscores, and never `authorization` beside an API key.'],
  },
  CFG015: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'a configured file cannot be read',
    means:
      'The file is missing, is a folder, or may not be read by this user. `~` is not expanded inside configuration values, and relative paths start at the working directory.',
    fix: ['Correct the path or the permissions.'],
  },
  CFG016: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'a path stands where data is expected, or data where a path is expected',
    means: 'Settings that end in _DATA take the PEM text itself; those that end in _PATH take a file name.',
    fix: ['Move the value to the other setting.'],
  },
  CFG017: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'the namespace does not fit the Cloud address',
    means:
      'On Temporal Cloud the namespace is NAME.ACCOUNT, and it must be the one in the address. `default` does not exist there.',
    fix: ['Set TEMPORAL_NAMESPACE to the full id, for example orders-prod.a1b2c.'],
  },
  CFG018: {
    layer: 'local',
    severity: 'warning',
    exit: 'configuration',
    title: 'a key from the environment would go to an address from a file that is not your own default one',
    means: 'Whoever edits that file chooses where the key is sent.',
    fix: ['Put the address beside the key (TEMPORAL_ADDRESS), or the key into the same file by reference.'],
  },
  CFG019: {
    layer: 'local',
    severity: 'error',
    exit: 'configuration',
    title: 'a setting has a value that cannot be used',
    means: 'The value is outside what the setting accepts.',
    fix: ['Correct the value that is named in the message.'],
  },
  CFG020: {
    layer: 'local',
    severity: 'info',
    exit: 'configuration',
    title: 'a relative path in a configuration file starts from different folders',
    means:
      'nexusctl starts from the folder of the file; the SDKs and the temporal CLI start from wherever they run. An error only where the file is in the working folder and not beside the configuration file.',
    fix: ['Write an absolute path.'],
  },
} as const satisfies Record<string, Entry>;
