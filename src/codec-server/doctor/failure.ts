import type { ExitCode } from '../../errors/exit-codes.ts';
import type { ProbeResult } from './probe.ts';

interface Advice {
  readonly message: string;
  readonly fix: string;
  readonly exit: ExitCode;
}

/** What a request that got no answer says, in words; by code, never by message text. */
export function failureOf(
  result: ProbeResult & { readonly ok: false },
  url: string,
  timeoutMs: number,
  answeredBefore = false,
): Advice {
  const { host, hostname } = new URL(url);
  const { stage, errno, connected } = result;
  switch (stage) {
    case 'dns':
      return {
        message: `the name ${hostname} has no address (${errno})`,
        fix: 'check the name, and that this network can resolve it',
        exit: 5,
      };
    case 'connect':
      return {
        message: `no connection to ${host} (${errno})`,
        fix:
          errno === 'ECONNREFUSED'
            ? 'nothing listens there: start it, or check the port'
            : 'check host, port and firewall',
        exit: 5,
      };
    case 'tls':
      return { message: `TLS failed: ${tlsWords[errno] ?? errno}`, fix: tlsFix(errno), exit: 5 };
    case 'http':
      if (/^(?:ECONNRESET|EPIPE)$/.test(errno))
        return {
          message: `it closes the connection and answers nothing (${errno})`,
          fix:
            url.startsWith('http:') && !answeredBefore
              ? 'look at its log; if it serves TLS, use https:// in the address'
              : 'look at its log, and at that of a proxy before it',
          exit: 5,
        };
      return { message: `the answer is no HTTP (${errno})`, fix: tlsOrNot(url, errno), exit: 5 };
    case 'answer':
      return errno === 'ERR_TOO_LARGE'
        ? { message: 'its answer is larger than 8 MiB', fix: 'answer with the payloads of the request alone', exit: 1 }
        : errno.startsWith('Z_')
          ? {
              message: `its answer is not the gzip that its Content-Encoding says (${errno})`,
              fix: encodingFix,
              exit: 1,
            }
          : {
              message: `its answer breaks off (${errno})`,
              fix: 'look at its log and that of a proxy before it: a Content-Length that is too large, a crash, a time limit',
              exit: 5,
            };
    case 'timeout':
      return {
        message: `${connected ? 'it takes the request and does not answer' : 'no connection'} within ${String(timeoutMs)} ms`,
        fix: connected ? 'look for what it waits for: a key service, a lock, a proxy' : 'check host, port and firewall',
        exit: 5,
      };
    case 'credential':
      return {
        message: 'a token goes out only over verified TLS, or to this machine when that is allowed',
        fix: 'use https, or on loopback give --allow-plaintext-key HOST, or test without the token',
        exit: 3,
      };
  }
}

const encodingFix = 'compress the answer once, or not at all';

const tlsWords: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed (browsers refuse it too)',
  SELF_SIGNED_CERT_IN_CHAIN: 'the chain ends at a CA that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is not trusted, or an intermediate certificate is missing',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is not trusted, or an intermediate certificate is missing',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS',
  ECONNRESET: 'the server closed the connection during the handshake',
};

function tlsFix(errno: string): string {
  switch (errno) {
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'use http:// in the address, or switch TLS on';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'use the name in the certificate, or issue one for this name';
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'renew the certificate, and check the clocks';
    default:
      return 'name its CA with --tls-ca-path; browsers and the CLI (SSL_CERT_FILE) must trust it as well';
  }
}

function tlsOrNot(url: string, errno: string): string {
  return url.startsWith('http:') && errno.startsWith('HPE_')
    ? 'if it serves TLS, use https:// in the address; the frontend (port 7233) is no codec server'
    : 'check that a codec server listens there';
}

/** What a status other than 200 means; the CLI takes nothing but 200. */
export function statusAdvice(status: number, authenticated: boolean, namespace: string): Advice {
  const message = `HTTP ${String(status)}`;
  switch (status) {
    case 401:
      return authenticated
        ? {
            message: `${message}: it does not accept this credential`,
            fix: 'check the token, its issuer, audience and expiry',
            exit: 4,
          }
        : {
            message: `${message}: it wants a credential`,
            fix: 'give one: --codec-auth-file REF (the whole header: Bearer …)',
            exit: 4,
          };
    case 403:
      return {
        message: `${message}: known, but not allowed for namespace '${namespace}' or from this origin`,
        fix: 'grant the namespace, and check Host and Origin',
        exit: 4,
      };
    case 404:
      return {
        message: `${message}: no /decode at this address`,
        fix: 'check the path, and the path secret that `codec-server start` printed',
        exit: 7,
      };
    case 413:
      return {
        message: `${message}: it refuses requests of this size`,
        fix: 'raise its body limit to 4 MiB (express: 100 KiB unless told)',
        exit: 1,
      };
    case 415:
      return {
        message: `${message}: it does not take application/json`,
        fix: 'accept Content-Type: application/json',
        exit: 1,
      };
    case 431:
      return {
        message: `${message}: the headers are larger than it takes`,
        fix: 'raise its limit on headers, or pass on a smaller token',
        exit: 1,
      };
    case 502:
    case 503:
    case 504:
      return {
        message: `${message}: a proxy answers, and the codec server behind it does not`,
        fix: 'start the codec server, and check the address that the proxy passes requests to',
        exit: 5,
      };
    case 429:
      return { message: `${message}: it limits the rate`, fix: 'the CLI asks once a field: allow bursts', exit: 1 };
    default:
      if (status < 300) return { message, fix: 'answer 200: the CLI and the Go SDK take no other status', exit: 1 };
      return status < 400
        ? { message: `${message}: it redirects, and no client follows`, fix: 'use the address it points to', exit: 1 }
        : { message, fix: 'look at its log', exit: 1 };
  }
}
