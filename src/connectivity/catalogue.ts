import { address } from './catalogue/address.ts';
import { certificates } from './catalogue/certificates.ts';
import { clientCertificate } from './catalogue/client-certificate.ts';
import { configuration } from './catalogue/configuration.ts';
import type { Entry } from './catalogue/entry.ts';
import { http2 } from './catalogue/http2.ts';
import { namespace } from './catalogue/namespace.ts';
import { network } from './catalogue/network.ts';
import { quality } from './catalogue/quality.ts';
import { server } from './catalogue/server.ts';
import { tls } from './catalogue/tls.ts';
import { token } from './catalogue/token.ts';

export type { Layer, Severity } from './catalogue/entry.ts';

/**
 * Every way in which a connection to Temporal is known to fail. This one table drives the checks, the exit codes,
 * `nexusctl explain`, docs/checks/<CODE>.md and the fault tests. Codes are public and are never reused.
 */
export const catalogue = {
  ...configuration,
  ...address,
  ...certificates,
  ...token,
  ...network,
  ...tls,
  ...clientCertificate,
  ...http2,
  ...server,
  ...namespace,
  ...quality,
} as const satisfies Record<string, Entry>;

export type Code = keyof typeof catalogue;

export const codes = Object.keys(catalogue) as Code[];
