import type { Entry } from './entry.ts';

export const clientCertificate = {
  MTL001: {
    layer: 'tls',
    severity: 'error',
    exit: 'permission',
    title: 'the server wants a client certificate and none is configured',
    means: 'The server ends the connection because no certificate came.',
    fix: ['Set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH.'],
  },
  MTL002: {
    layer: 'tls',
    severity: 'error',
    exit: 'permission',
    title: 'the server does not accept the issuer of the client certificate',
    means: 'It trusts other CAs than the one that issued yours, or an intermediate is missing.',
    fix: [
      'Use a certificate of an accepted CA, or have yours added on the server (Cloud: the CA certificates of the namespace).',
    ],
  },
  MTL003: {
    layer: 'tls',
    severity: 'error',
    exit: 'permission',
    title: 'the server says that the client certificate has expired',
    means: 'If it is valid here, the clock of one of the two machines is wrong.',
    fix: ['Renew the certificate, or correct the clock.'],
  },
  MTL004: {
    layer: 'tls',
    severity: 'error',
    exit: 'permission',
    title: 'the server does not accept the purpose of the client certificate',
    means: 'It wants a certificate that is issued for client authentication.',
    fix: ['Issue one with extendedKeyUsage=clientAuth.'],
  },
  MTL005: {
    layer: 'tls',
    severity: 'error',
    exit: 'permission',
    title: 'the server refused the client certificate and did not say why',
    means: 'The handshake ends when the certificate is presented.',
    fix: ['Compare the issuer with the CAs that the server accepts, then validity and usage: `nexusctl cert inspect`.'],
  },
  MTL006: {
    layer: 'tls',
    severity: 'info',
    exit: 'configuration',
    title: 'a client certificate is configured, but the server never asks for one',
    means:
      'Harmless while calls are answered. When they are denied and no other credential is configured, this is the cause: nobody has seen the certificate, and this may be the endpoint for API keys.',
    fix: ['Check that the address is the one for mTLS.'],
  },
  MTL009: {
    layer: 'tls',
    severity: 'error',
    exit: 'permission',
    title: 'the server says that the client certificate is not valid yet or bad',
    means: 'The clock of one of the two machines is wrong, or the certificate is damaged.',
    fix: ['Check both clocks and the certificate.'],
  },
} as const satisfies Record<string, Entry>;
