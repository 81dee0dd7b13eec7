import type { Code } from '../catalogue.ts';
import type { Signature } from './signature.ts';

const wrongCa = ['TLS010', 'TLS011', 'CA002', 'TLS009', 'CA001', 'CA003', 'PRX009', 'TLS016'] as const satisfies Code[];
const closedDuringTls = [
  'TCP006',
  'TLS014',
  'CRT004',
  'ADR009',
  'TLS013',
  'MTL002',
  'TLS001',
] as const satisfies Code[];

/** The handshake: alerts by all their names, and what clients say of a server certificate. */
export const tls: readonly Signature[] = [
  {
    pattern:
      /wrong version number|WRONG_VERSION_NUMBER|packet length too long|InvalidContentType|first record does not look like a TLS handshake|NotSslRecordException|not an SSL\/TLS record|Cannot determine the frame size or a corrupted frame|frame size or a corrupted|token supplied to the function is invalid|SEC_E_INVALID_TOKEN|Unsupported or unrecognized SSL message|http request\)|HTTP_REQUEST\b/i,
    codes: ['TLS001', 'TCP007', 'ADR005', 'ADR008'],
    says: 'the server does not speak TLS',
  },
  {
    pattern: /UNRECOGNIZED_NAME|Unrecogni[sz]edName|unrecognized[_ ]name|alert number 112/i,
    codes: ['TLS013', 'ADR009'],
    says: 'the server refused the server name (alert 112)',
  },
  {
    pattern: /NO_APPLICATION_PROTOCOL|NoApplicationProtocol|no application protocol|alert number 120/i,
    codes: ['TLS005'],
    says: 'the server refused HTTP/2 (alert 120)',
  },
  {
    pattern: /H2NotNegotiated|missing selected ALPN|Failed ALPN negotiation|Unable to find compatible protocol/i,
    codes: ['TLS006', 'H2001'],
    says: 'the server chose no protocol by ALPN',
  },
  {
    pattern:
      /ALERT_PROTOCOL_VERSION|fatal alert: protocol_version|tls: protocol version|no protocols? available|NO_PROTOCOLS_AVAILABLE|AlertReceived\(ProtocolVersion|protocol version not supported|alert protocol version|alert number 70\b|UNSUPPORTED_PROTOCOL|LEGACY_SIGALG/i,
    codes: ['TLS003'],
    says: 'there is no common TLS version (alert 70)',
  },
  {
    pattern: /CertificateRequired|certificate[ _]required|CERTIFICATE_REQUIRED|alert number 116/i,
    codes: ['MTL001', 'MTL002', 'CFG009', 'CFG006'],
    says: 'the server wants a client certificate (alert 116)',
  },
  {
    pattern:
      /\bCertificateExpired\b|alert certificate expired|ALERT_CERTIFICATE_EXPIRED|remote error: tls: expired certificate|alert number 45\b|certificate_expired/i,
    codes: ['CRT004', 'MTL003', 'CRT005'],
    says: 'the server says that the client certificate has expired (alert 45)',
  },
  {
    pattern:
      /AlertReceived\(UnknownCA|fatal alert: UnknownCA|alert unknown ca|tls: unknown certificate authority|alert number 48\b|unknown_ca|TLSV1_ALERT_UNKNOWN_CA/i,
    codes: ['MTL002', 'CRT013', 'CRT012'],
    says: 'the server does not know the issuer of the client certificate (alert 48)',
  },
  {
    pattern: /UnsupportedCertificate|unsupported[ _]certificate|alert number 43\b/i,
    codes: ['CRT008', 'MTL004', 'CRT007'],
    says: 'the server refuses the purpose of the client certificate (alert 43)',
  },
  {
    pattern:
      /AlertReceived\(BadCertificate|fatal alert: BadCertificate|alert bad certificate|tls: bad certificate|alert number 42\b|bad_certificate/i,
    codes: ['MTL002', 'MTL001', 'CRT004', 'CRT008', 'CRT005', 'CRT012'],
    says: 'the server refuses the client certificate without saying why (alert 42)',
  },
  {
    pattern: /CertificateUnknown|alert number 46\b|certificate_unknown|remote error: tls: unknown certificate\b/i,
    codes: ['MTL002', 'CRT004', 'CRT008', 'TLS010'],
    says: 'one side does not take the certificate of the other (alert 46)',
  },
  {
    pattern: /AccessDenied\b|ALERT_ACCESS_DENIED|alert number 49\b|tls: access denied/i,
    codes: ['MTL002', 'AUT004', 'TLS020'],
    says: 'TLS access denied (alert 49)',
  },
  {
    pattern: /HandshakeFailure|handshake failure|handshake_failure|alert number 40\b/i,
    codes: ['MTL001', 'TLS004', 'MTL002'],
    says: 'the handshake failed (alert 40): with TLS 1.2 that is a missing client certificate or no common cipher',
  },
  {
    pattern: /AlertReceived\(InternalError|alert internal error|tls: internal error|alert number 80\b/i,
    codes: ['TLS013', 'TLS020'],
    says: 'the server failed during the handshake (alert 80)',
  },
  {
    pattern: /relies on legacy Common Name|NotValidForNameContext \{[^}]*presented: \[\]/i,
    codes: ['TLS018'],
    says: 'the server certificate has no alternative name',
  },
  {
    pattern:
      /ALTNAME_INVALID|does not match certificate's altnames|NotValidForName|certificate is valid for .*, not|doesn't contain any IP SANs|No subject alternative (?:DNS )?name|No name matching|No subject alternative names|Hostname mismatch|IP address mismatch|RemoteCertificateNameMismatch|SEC_E_WRONG_PRINCIPAL|Peer name \S+ is not in peer certificate|does not match the certificate|x509: certificate is not valid for any names/i,
    codes: ['TLS012', 'ADR009'],
    says: 'the server certificate is for another name',
  },
  {
    pattern:
      /certificate has expired or is not yet valid: current time \S+ is before|CERT_NOT_YET_VALID|certificate is not yet valid|NotValidYet|CertificateNotYetValid/i,
    codes: ['TLS008', 'AUT002'],
    says: 'the server certificate is not valid yet',
  },
  {
    pattern:
      /certificate has expired|CERT_HAS_EXPIRED|InvalidCertificate\(Expired|certificate expired|CertificateExpiredException|SEC_E_CERT_EXPIRED|NotTimeValid/i,
    codes: ['TLS007', 'TLS008', 'CA004'],
    says: 'the server certificate has expired',
  },
  { pattern: /CaUsedAsEndEntity/, codes: ['TLS009'], says: 'rustls refuses a CA certificate as server certificate' },
  {
    pattern:
      /incompatible key usage|not permit use for TLS server authentication|not authorized to sign for this name|not permitted by any constraint|name constraints?\b|NameConstraintViolation/i,
    codes: ['TLS021', 'TLS012'],
    says: 'the server certificate may not be used so: its key usage, or a constraint of its CA',
  },
  {
    pattern: /InvalidPurpose/i,
    codes: ['PRX009', 'TLS021', 'CA002'],
    says: 'the server certificate is not issued for servers',
  },
  {
    pattern: /DEPTH_ZERO_SELF_SIGNED|self[- ]signed certificate(?! in)/i,
    codes: ['TLS009', 'CA002', 'PRX009'],
    says: 'the server certificate is self-signed',
  },
  {
    pattern: /self[- ]signed certificate in (?:certificate )?chain|SELF_SIGNED_CERT_IN_CHAIN/i,
    codes: ['CA002', 'CA001', 'TLS010', 'PRX009', 'CA003'],
    says: 'the chain ends with a root that is not trusted',
  },
  {
    pattern: /unable to get issuer certificate/i,
    codes: ['TLS010', 'TLS011', 'CA002'],
    says: 'the CA file ends with an intermediate',
  },
  {
    pattern:
      /unable to verify the first certificate|UNABLE_TO_VERIFY_LEAF|unable to get local issuer|UNABLE_TO_GET_ISSUER|UnknownIssuer|signed by unknown authority|PKIX path building failed|unable to find valid certification path|CERTIFICATE_VERIFY_FAILED|certificate verify failed|PartialChain|UntrustedRoot|SEC_E_UNTRUSTED_ROOT|authority that is not trusted|remote certificate (?:is|was) (?:invalid|rejected)|not trusted by the trust provider|TrustManagerFactory|Path does not chain with any of the trust anchors/i,
    codes: wrongCa,
    says: 'the issuer of the server certificate is not trusted',
  },
  {
    pattern:
      /handshake timed out|HandshakeTimeout|TLS handshake timeout|handshake failed: context deadline exceeded|_ssl\.c:\d+: The handshake operation timed out/i,
    codes: ['TLS015', 'TCP008', 'QOS001'],
    says: 'the TLS handshake got no answer in time',
  },
  {
    pattern:
      /disconnected before secure TLS connection|closed while (?:performing TLS negotiation|SSL\/TLS handshake)|SslHandler#0[^\n]*\n[^\n]*Connection reset|Transport, ConnectError\(Os \{ code: 104|tls handshake eof|authentication handshake failed: (?:read tcp[^\n]*: connection reset|EOF)|Remote host terminated the handshake|SSL_ERROR_SYSCALL|received an unexpected EOF|UnexpectedEof|UNEXPECTED_EOF_WHILE_READING|EOF occurred in violation of protocol|closed while performing protocol negotiation|SSLEngine closed already|closed connection during handshake/i,
    codes: closedDuringTls,
    says: 'the connection was closed during the TLS handshake, without a reason',
  },
];
