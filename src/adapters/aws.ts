/**
 * For every client of AWS. Region, endpoint (`AWS_ENDPOINT_URL`) and credentials are found by the SDK as by every AWS
 * tool. Verification is said outright, so that NODE_TLS_REJECT_UNAUTHORIZED changes nothing (security.md 1).
 */
export const awsClientConfig = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    // Else the SDK only prints that the time is over, and waits on.
    throwOnRequestTimeout: true,
    httpsAgent: { rejectUnauthorized: true },
  },
} as const;

/** What every service of AWS can answer, whatever was asked. */
export type AwsFailure =
  | 'credentials-invalid'
  | 'credentials-missing'
  | 'clock'
  | 'denied'
  | 'throttled'
  | 'unavailable'
  | 'not-aws'
  | 'other';

/** By the error's name: the SDK does not export all of its classes. */
const failures: Readonly<Record<string, AwsFailure>> = {
  InvalidAccessKeyId: 'credentials-invalid',
  SignatureDoesNotMatch: 'credentials-invalid',
  InvalidSignatureException: 'credentials-invalid',
  IncompleteSignature: 'credentials-invalid',
  UnrecognizedClientException: 'credentials-invalid',
  InvalidClientTokenId: 'credentials-invalid',
  ExpiredToken: 'credentials-invalid',
  ExpiredTokenException: 'credentials-invalid',
  MissingAuthenticationToken: 'credentials-invalid',
  MissingAuthenticationTokenException: 'credentials-invalid',
  CredentialsProviderError: 'credentials-missing',
  RequestTimeTooSkewed: 'clock',
  RequestExpired: 'clock',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  ThrottlingException: 'throttled',
  SlowDown: 'throttled',
  TimeoutError: 'unavailable',
};

export const awsHints = {
  'credentials-invalid': 'aws sts get-caller-identity shows who you are; aws sso login renews',
  'credentials-missing': 'set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure',
  clock: 'set the clock of this machine: AWS accepts five minutes of difference',
  'not-aws': 'a proxy, a login page or another service: check AWS_ENDPOINT_URL and what stands between here and AWS',
  unavailable: 'try again; check the network, AWS_REGION and AWS_ENDPOINT_URL',
} as const;

/** The name that the SDK gave the error, empty when it gave none, and what it stands for. */
export function awsFailure(error: unknown): { readonly name: string; readonly failure: AwsFailure } {
  const name = error instanceof Error && error.name !== 'Error' ? error.name : '';
  return { name, failure: failures[name] ?? byCode(error) ?? byStatus(error, name) };
}

function byCode(error: unknown): AwsFailure | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // E… of the system, ERR_TLS_… and OpenSSL's names for a certificate that is not trusted.
  return /^(E[A-Z]+|ERR_(TLS|SSL)_\w+|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_\w+)$/.test(code) ? 'unavailable' : undefined;
}

/** What the SDK calls an answer without JSON, and one without anything. */
const unreadable: readonly string[] = ['SyntaxError', 'Unknown'];

function byStatus(error: unknown, name: string): AwsFailure {
  const status = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status !== undefined && status >= 500) return 'unavailable';
  if (status === 429) return 'throttled';
  if (unreadable.includes(name)) return 'not-aws';
  return status === 403 ? 'denied' : 'other';
}
