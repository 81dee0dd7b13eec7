/** A variable that samples, other tools or earlier versions used and that no SDK's loader reads. */
export interface OlderName {
  readonly name: string;
  /** What to set instead; null when there is no equal. */
  readonly modern: string | null;
  readonly from: string;
  /** nexusctl reads it when the modern one is unset; the others are only reported. */
  readonly read?: true;
}

const samples = 'the TypeScript samples';
const cli = 'the older temporal CLI';
const cloudSamples = 'the Go and Python samples for Cloud';
const wild = 'many repositories';
const tctl = 'tctl and the docker images';
const tcld = 'tcld';

const certPath = 'TEMPORAL_TLS_CLIENT_CERT_PATH';
const keyPath = 'TEMPORAL_TLS_CLIENT_KEY_PATH';
const caPath = 'TEMPORAL_TLS_SERVER_CA_CERT_PATH';

/** In the order in which they are tried where nexusctl reads them. */
export const olderNames: readonly OlderName[] = [
  { name: 'TEMPORAL_TLS_CERT', modern: certPath, from: cli, read: true },
  { name: 'TEMPORAL_TLS_CERT_DATA', modern: 'TEMPORAL_TLS_CLIENT_CERT_DATA', from: cli, read: true },
  { name: 'TEMPORAL_TLS_KEY', modern: keyPath, from: cli, read: true },
  { name: 'TEMPORAL_TLS_KEY_DATA', modern: 'TEMPORAL_TLS_CLIENT_KEY_DATA', from: cli, read: true },
  { name: 'TEMPORAL_TLS_CA', modern: caPath, from: cli, read: true },
  { name: 'TEMPORAL_TLS_CA_DATA', modern: 'TEMPORAL_TLS_SERVER_CA_CERT_DATA', from: cli, read: true },
  { name: 'TEMPORAL_CLIENT_CERT_PATH', modern: certPath, from: samples, read: true },
  { name: 'TEMPORAL_CLIENT_KEY_PATH', modern: keyPath, from: samples, read: true },
  { name: 'TEMPORAL_SERVER_ROOT_CA_CERT_PATH', modern: caPath, from: samples, read: true },
  { name: 'TEMPORAL_SERVER_NAME_OVERRIDE', modern: 'TEMPORAL_TLS_SERVER_NAME', from: samples, read: true },
  { name: 'TEMPORAL_CLIENT_API_KEY', modern: 'TEMPORAL_API_KEY', from: samples, read: true },
  { name: 'TEMPORAL_MTLS_TLS_CERT', modern: certPath, from: cloudSamples },
  { name: 'TEMPORAL_MTLS_TLS_KEY', modern: keyPath, from: cloudSamples },
  { name: 'TEMPORAL_MTLS_TLS_CA', modern: caPath, from: cloudSamples },
  { name: 'TEMPORAL_HOST_URL', modern: 'TEMPORAL_ADDRESS', from: cloudSamples },
  { name: 'TEMPORAL_CLIENT_CERT', modern: certPath, from: wild },
  { name: 'TEMPORAL_CLIENT_KEY', modern: keyPath, from: wild },
  { name: 'TEMPORAL_CERT_PATH', modern: certPath, from: wild },
  { name: 'TEMPORAL_KEY_PATH', modern: keyPath, from: wild },
  { name: 'TEMPORAL_CERT', modern: certPath, from: wild },
  { name: 'TEMPORAL_CERT_KEY', modern: keyPath, from: wild },
  { name: 'TEMPORAL_ENDPOINT', modern: 'TEMPORAL_ADDRESS', from: wild },
  { name: 'TEMPORAL_HOST', modern: 'TEMPORAL_ADDRESS', from: wild },
  { name: 'TEMPORAL_HOST_PORT', modern: 'TEMPORAL_ADDRESS', from: wild },
  { name: 'TEMPORAL_CLI_ADDRESS', modern: 'TEMPORAL_ADDRESS', from: tctl },
  { name: 'TEMPORAL_CLI_NAMESPACE', modern: 'TEMPORAL_NAMESPACE', from: tctl },
  { name: 'TEMPORAL_CLI_TLS_CA', modern: caPath, from: tctl },
  { name: 'TEMPORAL_CLI_TLS_CERT', modern: certPath, from: tctl },
  { name: 'TEMPORAL_CLI_TLS_KEY', modern: keyPath, from: tctl },
  { name: 'TEMPORAL_CLI_TLS_SERVER_NAME', modern: 'TEMPORAL_TLS_SERVER_NAME', from: tctl },
  {
    name: 'TEMPORAL_CLI_TLS_DISABLE_HOST_VERIFICATION',
    modern: 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
    from: tctl,
  },
  { name: 'TEMPORAL_CLI_TLS_ENABLE_HOST_VERIFICATION', modern: null, from: tctl },
  { name: 'TEMPORAL_CLI_AUTH', modern: 'TEMPORAL_API_KEY', from: tctl },
  { name: 'TEMPORAL_TLS_ENABLE_HOST_VERIFICATION', modern: null, from: 'the Web UI server' },
  { name: 'TEMPORAL_CLOUD_NAMESPACE', modern: 'TEMPORAL_NAMESPACE', from: tcld },
  { name: 'TEMPORAL_CLOUD_API_SERVER', modern: 'NEXUSCTL_CLOUD_ADDRESS', from: tcld },
  { name: 'TEMPORAL_CLOUD_INSECURE_CONNECTION', modern: null, from: tcld },
  { name: 'TEMPORAL_CLOUD_CONFIG_DIR', modern: null, from: tcld },
];

/** The older variables that count for a modern one, best first. */
export function olderFor(modern: string): readonly string[] {
  return olderNames.filter((older) => older.read === true && older.modern === modern).map(({ name }) => name);
}
