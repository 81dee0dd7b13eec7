import type { ConnectionFlags } from './flags.ts';

/** Where one setting may stand. Paths of keys are relative to the profile's table. */
export interface Places {
  readonly flag?: keyof ConnectionFlags;
  readonly variable?: string;
  /** Of a secret: the variable that holds the data, when `variable` holds a path. */
  readonly dataVariable?: string;
  readonly temporal?: string;
  readonly temporalData?: string;
  readonly nexusctl?: string;
}

/**
 * The settings of a profile by the name that `config` commands use: one table for reading, showing and writing
 * (design: Connection; sdk-go contrib/envconfig for names in temporal.toml and its variables).
 */
export const places = {
  address: { flag: 'address', variable: 'TEMPORAL_ADDRESS', temporal: 'address' },
  namespace: { flag: 'namespace', variable: 'TEMPORAL_NAMESPACE', temporal: 'namespace' },
  api_key: {
    flag: 'apiKeyFile',
    dataVariable: 'TEMPORAL_API_KEY',
    temporalData: 'api_key',
    nexusctl: 'api_key',
  },
  auth: { flag: 'auth' },
  authority: { variable: 'TEMPORAL_CLIENT_AUTHORITY', temporal: 'authority' },
  tls: { flag: 'tls', variable: 'TEMPORAL_TLS' },
  'tls.client_cert': {
    flag: 'tlsCertPath',
    variable: 'TEMPORAL_TLS_CLIENT_CERT_PATH',
    dataVariable: 'TEMPORAL_TLS_CLIENT_CERT_DATA',
    temporal: 'tls.client_cert_path',
    temporalData: 'tls.client_cert_data',
    nexusctl: 'tls.client_cert',
  },
  'tls.client_key': {
    flag: 'tlsKeyPath',
    variable: 'TEMPORAL_TLS_CLIENT_KEY_PATH',
    dataVariable: 'TEMPORAL_TLS_CLIENT_KEY_DATA',
    temporal: 'tls.client_key_path',
    temporalData: 'tls.client_key_data',
    nexusctl: 'tls.client_key',
  },
  'tls.server_ca': {
    flag: 'tlsCaPath',
    variable: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
    dataVariable: 'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
    temporal: 'tls.server_ca_cert_path',
    temporalData: 'tls.server_ca_cert_data',
    nexusctl: 'tls.server_ca',
  },
  'tls.server_name': { flag: 'tlsServerName', variable: 'TEMPORAL_TLS_SERVER_NAME', temporal: 'tls.server_name' },
  'tls.disable_host_verification': {
    flag: 'tlsDisableHostVerification',
    variable: 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
    temporal: 'tls.disable_host_verification',
  },
  'codec.endpoint': { flag: 'codecEndpoint', variable: 'TEMPORAL_CODEC_ENDPOINT', temporal: 'codec.endpoint' },
  'codec.auth': { flag: 'codecAuthFile', dataVariable: 'TEMPORAL_CODEC_AUTH', temporalData: 'codec.auth' },
  backend: { flag: 'backend', variable: 'NEXUSCTL_BACKEND', nexusctl: 'backend' },
  cloud_address: { flag: 'cloudAddress', variable: 'NEXUSCTL_CLOUD_ADDRESS', nexusctl: 'cloud_address' },
  cloud_api_key: {
    flag: 'cloudApiKeyFile',
    dataVariable: 'TEMPORAL_CLOUD_API_KEY',
    nexusctl: 'cloud_api_key',
  },
  cloud_ca: {
    flag: 'cloudTlsCaPath',
    variable: 'NEXUSCTL_CLOUD_CA_CERT_PATH',
    dataVariable: 'NEXUSCTL_CLOUD_CA_CERT_DATA',
    nexusctl: 'cloud_ca',
  },
  account_id: { flag: 'account', variable: 'NEXUSCTL_ACCOUNT', nexusctl: 'account_id' },
  policy_file: { flag: 'policyFile', variable: 'NEXUSCTL_POLICY_FILE', nexusctl: 'policy_file' },
  keyring: { flag: 'keyring', variable: 'NEXUSCTL_KEYRING', nexusctl: 'keyring' },
} as const satisfies Record<string, Places>;

/** `tlsCertPath` as it is typed: `--tls-cert-path`. */
export function flagName(flag: keyof ConnectionFlags): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
