import type { Code } from './catalogue.ts';

/** Words that clients print, innermost cause first, and the findings that they fit, likeliest first. */
export interface Signature {
  readonly pattern: RegExp;
  readonly codes: readonly Code[];
  /** What the matched words say, for `because`. */
  readonly says: string;
}

const unreadable = ['RPC001', 'RPC013', 'MTL001', 'MTL002'] as const satisfies Code[];
const wrongCa = ['TLS010', 'TLS011', 'CA002', 'CA001', 'CA003', 'PRX009', 'TLS016'] as const satisfies Code[];
const closedDuringTls = ['TLS014', 'TCP006', 'ADR009', 'TLS013', 'TLS001', 'MTL002'] as const satisfies Code[];

/**
 * Texts of the TypeScript client (gRPC for Node), the Rust core (workers of TypeScript, Python, .NET, Ruby), Go and
 * the CLI, Java (netty) and PHP (gRPC C core). The first that matches counts most; what is opaque stands last.
 */
export const signatures: readonly Signature[] = [
  // Configuration, before a packet is sent.
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
      /Metadata string value .* contains illegal characters|invalid header field value|failed to parse header value/i,
    codes: ['TOK002', 'TOK005'],
    says: 'the API key is no legal header value',
  },
  { pattern: /ENAMETOOLONG.*BEGIN|ENOENT[^\n]*-----BEGIN/i, codes: ['CFG016'], says: 'PEM text was taken for a path' },
  {
    pattern:
      /ENOENT: no such file or directory, open|EISDIR|EACCES: permission denied, open|open [^:\n]+: no such file or directory/i,
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
    pattern: /got '[^']*(?::\/\/\/?|\/)[^']*'|Invalid address[^\n]*:\/\//i,
    codes: ['ADR001'],
    says: 'the address has a scheme or a path',
  },
  {
    pattern: /got '[^']*(?:^| )[^']*'|got '[^']*\s'|got '[^']*[,"][^']*'|invalid international domain name/i,
    codes: ['ADR004'],
    says: 'the address has a stray character',
  },
  {
    pattern: /too many colons in address/i,
    codes: ['ADR001', 'ADR002', 'ADR003'],
    says: 'the address has more colons than host:port',
  },
  {
    pattern:
      /ERR_SOCKET_BAD_PORT|invalid port number|missing port in address|Invalid address for Temporal gRPC endpoint/i,
    codes: ['ADR002', 'ADR003'],
    says: 'the port is no port',
  },
  { pattern: /InvalidDnsNameError/, codes: ['ADR003', 'ADR004'], says: 'rustls takes the host for no DNS name' },
  { pattern: /\$\{namespace\}|dns:\$\{/, codes: ['ADR006'], says: 'a template stands in the address' },

  // Certificates and keys as files.
  {
    pattern: /key values mismatch|KEY_VALUES_MISMATCH|InconsistentKeys|private key does not match public key/i,
    codes: ['KEY003', 'CRT011'],
    says: 'key and certificate do not belong together',
  },
  { pattern: /ca md too weak|CA_MD_TOO_WEAK/i, codes: ['CRT010'], says: 'a certificate is signed with SHA-1 or MD5' },
  {
    pattern: /failed to parse private key as RSA, ECDSA, or EdDSA/i,
    codes: ['CRT015'],
    says: 'rustls does not take this key',
  },
  {
    pattern: /bad decrypt|BAD_DECRYPT|MISSING_PASSPHRASE|INTERRUPTED_OR_CANCELLED/i,
    codes: ['KEY002'],
    says: 'the key is encrypted',
  },
  {
    pattern:
      /PrivateKeyParseError|tls: failed to parse private key|does not contain valid private key|DECODER routines::unsupported/i,
    codes: ['KEY001', 'KEY002', 'KEY004', 'KEY005', 'CRT002'],
    says: 'the key could not be read',
  },
  {
    pattern: /bad end line|bad base64 decode|CertificateParseError/i,
    codes: ['CRT002', 'CRT003', 'CA001', 'CRT014'],
    says: 'the PEM is damaged',
  },
  {
    pattern:
      /no start line|NO_START_LINE|NoCertificatesPresented|failed to find any PEM data|failed to find "?CERTIFICATE/i,
    codes: ['CRT002', 'KEY004', 'CFG016', 'CRT014', 'KEY001'],
    says: 'no PEM block was found',
  },
  {
    pattern: /failed adding server CA to CA pool|invalid server CA|No certificates? (?:found|in) .*CA/i,
    codes: ['CA001'],
    says: 'the CA file holds no certificate',
  },
  { pattern: /NativeCertsNotFound/, codes: ['TLS017'], says: 'the system has no root certificates' },

  // Proxies.
  { pattern: /with status 407|407 Proxy Authentication/i, codes: ['PRX002'], says: 'the proxy wants authentication' },
  {
    pattern: /through proxy [^\n]* with status 403|CONNECT call failed with status: 40[35]/i,
    codes: ['PRX003'],
    says: 'the proxy does not allow the target',
  },
  {
    pattern: /through proxy [^\n]* with status 50\d|CONNECT call failed with status: 50\d/i,
    codes: ['PRX004'],
    says: 'the proxy cannot reach the target',
  },
  { pattern: /invalid HTTP version parsed/i, codes: ['PRX005'], says: 'the proxy does not speak HTTP' },
  {
    pattern: /scheme not supported in proxy URI|cannot parse value of "\w*_proxy"/i,
    codes: ['PRX007'],
    says: 'gRPC ignores the proxy variable',
  },
  {
    pattern: /Failed to connect to .* through proxy|Last error: undefined/i,
    codes: ['PRX001', 'PRX002', 'PRX004', 'PRX003', 'PRX005', 'PRX007'],
    says: 'the way through the proxy failed',
  },

  // Names and sockets.
  {
    pattern:
      /Temporary failure in name resolution|EAI_AGAIN|server misbehaving|lookup [^\n]*i\/o timeout|Name resolution is currently unavailable/i,
    codes: ['DNS002'],
    says: 'the resolver did not answer',
  },
  {
    pattern:
      /ENOTFOUND|Name or service not known|nodename nor servname|No such host is known|Name does not resolve|no such host|UnknownHostException|Name resolution failed for target|produced zero addresses|no children to pick from|DNS resolution failed|A record lookup error|Unable to resolve host|getaddrinfo failed|os error 11001/i,
    codes: ['DNS001', 'ADR007', 'ADR006', 'ADR004', 'DNS002'],
    says: 'the host name does not exist',
  },
  {
    pattern: /name resolution: [5-9]\.\d+s|name resolution: \d\d/i,
    codes: ['DNS003'],
    says: 'nearly all of the time went into name resolution',
  },
  {
    pattern: /connect ECONNREFUSED \[?::1|ECONNREFUSED ::1/i,
    codes: ['DNS005', 'TCP001'],
    says: 'IPv6 loopback refuses',
  },
  {
    pattern: /ECONNREFUSED 127\.0\.0\.1:7233|127\.0\.0\.1:7233[^\n]*refused|localhost[^\n]*:7233[^\n]*refused/i,
    codes: ['TCP001', 'CFG001', 'ADR010'],
    says: 'nothing listens on this machine',
  },
  {
    pattern: /ECONNREFUSED|Connection ?refused|actively refused|code: (?:111|61|10061)\b/i,
    codes: ['TCP001', 'ADR010', 'ADR011', 'CFG001'],
    says: 'the connection was refused',
  },
  {
    pattern: /ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|Network is unreachable|No route to host|code: (?:101|113)\b/i,
    codes: ['TCP004', 'DNS005'],
    says: 'there is no route',
  },
  {
    pattern: /ETIMEDOUT|i\/o timeout|connection timed out|ConnectTimeoutException|code: (?:110|60|10060)\b/i,
    codes: ['TCP002', 'PRX007', 'PRX008'],
    says: 'the connection attempt got no answer',
  },

  // TLS.
  {
    pattern:
      /wrong version number|WRONG_VERSION_NUMBER|packet length too long|InvalidContentType|first record does not look like a TLS handshake|NotSslRecordException|not an SSL\/TLS record|Cannot determine the frame size or a corrupted frame|frame size or a corrupted/i,
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
    pattern: /H2NotNegotiated|missing selected ALPN/i,
    codes: ['TLS006', 'H2001'],
    says: 'the server chose no protocol by ALPN',
  },
  {
    pattern:
      /ALERT_PROTOCOL_VERSION|AlertReceived\(ProtocolVersion|protocol version not supported|alert protocol version|alert number 70\b|UNSUPPORTED_PROTOCOL|LEGACY_SIGALG/i,
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
      /CertificateExpired|alert certificate expired|remote error: tls: expired certificate|alert number 45\b|certificate_expired/i,
    codes: ['CRT004', 'MTL003'],
    says: 'the server says that the client certificate has expired (alert 45)',
  },
  {
    pattern:
      /AlertReceived\(UnknownCA|fatal alert: UnknownCA|alert unknown ca|tls: unknown certificate authority|alert number 48\b|unknown_ca|TLSV1_ALERT_UNKNOWN_CA/i,
    codes: ['MTL002', 'CRT013', 'CRT012'],
    says: 'the server does not know the issuer of the client certificate (alert 48)',
  },
  {
    pattern: /UnsupportedCertificate|unsupported certificate|alert number 43\b/i,
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
    codes: ['MTL002', 'CRT004', 'TLS010'],
    says: 'one side does not take the certificate of the other (alert 46)',
  },
  {
    pattern: /AccessDenied\b|alert number 49\b|tls: access denied/i,
    codes: ['MTL002', 'AUT004'],
    says: 'TLS access denied (alert 49)',
  },
  {
    pattern: /HandshakeFailure|handshake failure|handshake_failure|alert number 40\b/i,
    codes: ['MTL001', 'TLS004'],
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
      /ALTNAME_INVALID|does not match certificate's altnames|NotValidForName|certificate is valid for .*, not|doesn't contain any IP SANs|No subject alternative (?:DNS )?name|No name matching|Hostname mismatch|RemoteCertificateNameMismatch|x509: certificate is not valid for any names/i,
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
      /certificate has expired|CERT_HAS_EXPIRED|InvalidCertificate\(Expired|certificate expired|CertificateExpiredException/i,
    codes: ['TLS007', 'TLS008'],
    says: 'the server certificate has expired',
  },
  { pattern: /CaUsedAsEndEntity/, codes: ['TLS009'], says: 'rustls refuses a CA certificate as server certificate' },
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
      /unable to verify the first certificate|UNABLE_TO_VERIFY_LEAF|unable to get local issuer|UNABLE_TO_GET_ISSUER|UnknownIssuer|signed by unknown authority|PKIX path building failed|unable to find valid certification path|CERTIFICATE_VERIFY_FAILED|PartialChain|UntrustedRoot/i,
    codes: wrongCa,
    says: 'the issuer of the server certificate is not trusted',
  },
  {
    pattern:
      /disconnected before secure TLS connection|tls handshake eof|authentication handshake failed: (?:read tcp[^\n]*: connection reset|EOF)|Remote host terminated the handshake|SSL_ERROR_SYSCALL|received an unexpected EOF/i,
    codes: closedDuringTls,
    says: 'the connection was closed during the TLS handshake, without a reason',
  },

  // Pages and proxies in place of gRPC.
  { pattern: /No required SSL certificate was sent/i, codes: ['MTL001'], says: 'nginx wants a client certificate' },
  { pattern: /The SSL certificate error/i, codes: ['MTL002', 'CRT004'], says: 'nginx refuses the client certificate' },
  {
    pattern: /HTTP status code:? 413|status: 413|413 (?:Payload|Request Entity)/i,
    codes: ['RPC013'],
    says: 'a proxy limits the size of requests',
  },
  {
    pattern: /HTTP status code:? 400|status: 400/i,
    codes: ['MTL002', 'MTL001', 'CRT004', 'RPC001'],
    says: 'HTTP 400: nginx answers so when the client certificate is missing or refused',
  },
  {
    pattern: /upstream connect error|no healthy upstream|upstream request timeout|RBAC: access denied|reset reason:/i,
    codes: ['RPC007'],
    says: 'these are the words of Envoy',
  },
  {
    pattern: /Jwt is missing|Jwt is expired|Jwt verification fails|Jwt is not in the form|Jwt issuer is not/i,
    codes: ['AUT001', 'RPC007', 'TOK007', 'TOK003'],
    says: 'a gateway (Envoy) judges the token',
  },
  {
    pattern:
      /invalid compression flag: (?:60|123|72)|1752460652|unexpected content-type|invalid content-type: text\/html|<html|HTTP status code|unexpected HTTP status|bad_gateway|502 Bad Gateway/i,
    codes: unreadable,
    says: 'a web page or JSON came in place of gRPC',
  },
  {
    pattern:
      /missing grpc-status trailer|Call ended without gRPC status|RST_STREAM with code 0\b|without a final status/i,
    codes: ['RPC006', 'RPC001'],
    says: 'the trailers were lost on the way',
  },
  {
    pattern: /too_many_pings|ENHANCE_YOUR_CALM|Bandwidth exhausted or memory limit/i,
    codes: ['H2005'],
    says: 'the server complains about too many pings',
  },
  {
    pattern:
      /frame too large|looked like an HTTP\/1|First received frame was not SETTINGS|485454502f|FRAME_SIZE_ERROR|Protocol error(?! *:)|ERR_HTTP2_ERROR/i,
    codes: ['H2001', 'TLS002', 'ADR005', 'ADR008'],
    says: 'something else than HTTP/2 answered',
  },
  {
    pattern: /protocol not secure enough|INADEQUATE_SECURITY/i,
    codes: ['RPC005'],
    says: 'the TLS parameters are too weak for HTTP/2',
  },
  {
    pattern:
      /Stream refused|REFUSED_STREAM|Received RST_STREAM|RST_STREAM closed stream|stream terminated by RST_STREAM|HTTP_1_1_REQUIRED|Reset\(StreamId/i,
    codes: ['RPC005', 'QOS004'],
    says: 'the call was reset',
  },

  // Statuses of the server.
  {
    pattern: /unknown service temporal|unknown service|UNIMPLEMENTED[^\n]*unknown service/i,
    codes: ['RPC003'],
    says: 'the server does not know Temporal',
  },
  {
    pattern: /unknown method ListNexusEndpoints|nexus is disabled|Nexus APIs are disabled/i,
    codes: ['NEX002', 'NEX001'],
    says: 'the server serves no Nexus endpoints',
  },
  {
    pattern: /unknown method|method [^\n]* not (?:found|implemented)|UNIMPLEMENTED|is unimplemented/i,
    codes: ['TMP002', 'RPC003', 'RPC001'],
    says: 'the server does not know the call',
  },
  {
    pattern: /Not enough hosts to serve|shard status unknown|error creating (?:matching|history) client/i,
    codes: ['TMP001'],
    says: 'the server is still starting',
  },
  {
    pattern: /Namespace \S+ is not found|NamespaceNotFound|namespace not found/i,
    codes: ['NSP001', 'CFG017'],
    says: 'the server has no such namespace',
  },
  {
    pattern: /Invalid ?Namespace ?Name|InvalidNamespaceName/i,
    codes: ['NSP002'],
    says: 'the server refuses the form of the namespace name',
  },
  {
    pattern:
      /(?:nexus ?endpoint|ListNexusEndpoints|OperatorService)[^\n]*(?:unauthorized|PERMISSION_DENIED|PermissionDenied)/i,
    codes: ['NEX003'],
    says: 'the call for Nexus endpoints is refused',
  },
  {
    pattern: /UNAUTHENTICATED|Unauthenticated|does not have valid authentication/i,
    codes: ['AUT001', 'TOK007', 'TOK003', 'TOK002'],
    says: 'the server does not accept the credential',
  },
  {
    pattern: /token (?:is )?not (?:valid yet|yet valid)|used before issued|nbf|clock skew/i,
    codes: ['AUT002', 'TOK008'],
    says: 'the token is not valid yet on the other side',
  },
  {
    pattern: /Request unauthorized|PERMISSION_DENIED|PermissionDenied|does not have permission/i,
    codes: ['AUT003', 'AUT004', 'TOK007', 'CFG017', 'AUT001'],
    says: 'permission is denied',
  },
  {
    pattern: /message larger than max|message size larger|BlobSizeLimit|grpc: received message/i,
    codes: ['QOS002'],
    says: 'a message is larger than a limit',
  },
  {
    pattern: /rate limit|RESOURCE_EXHAUSTED|ResourceExhausted/i,
    codes: ['RPC008', 'H2005', 'QOS002'],
    says: 'a limit of the server is reached',
  },
  {
    pattern:
      /index out of range: \d+ \+|failed to decode Protobuf|invalid varint|invalid wire type|Missing response message/i,
    codes: ['RPC009', 'RPC010', 'RPC001'],
    says: 'the answer is no readable message',
  },
  {
    pattern: /max_age|GOAWAY[^\n]*NO_ERROR|GoAway\(b"", NO_ERROR|graceful_stop|worker shutdown/i,
    codes: ['SDK003', 'H2003'],
    says: 'the server ended the connection by age',
  },

  // Broken connections: many causes.
  {
    pattern:
      /error reading server preface: EOF|connection closed before server preface|stream closed because of a broken pipe|BrokenPipe|write: broken pipe|peer closed connection without sending|connection closed"|operation was canceled|Connection dropped|Last error: Failed to connect\./i,
    codes: ['TLS002', 'MTL002', 'MTL001', 'CRT004', 'CRT008', 'TCP006', 'H2004'],
    says: 'the connection broke before HTTP/2 was set up',
  },
  {
    pattern: /ECONNRESET|Connection ?[Rr]eset|connection reset by peer|code: 104\b/i,
    codes: ['MTL002', 'TCP003', 'TLS002', 'ADR009', 'CRT004'],
    says: 'the connection was reset',
  },
  {
    pattern: /server preface: timeout|Timeout expired/i,
    codes: ['H2002', 'RPC010', 'TCP008'],
    says: 'connected, and then silence',
  },
  {
    pattern: /remote_addr=|waiting for metadata filters/i,
    codes: ['RPC010', 'RPC001', 'RPC008', 'RPC004', 'RPC011'],
    says: 'connected, and the call got no good answer in time',
  },
  {
    pattern: /Waiting for LB pick|waiting for connections to become ready|HANG still pending/i,
    codes: ['TCP002', 'TCP008', 'H2002', 'TLS014', 'PRX006', 'TLS006'],
    says: 'no connection came about in time',
  },
  {
    pattern: /UNAVAILABLE|Unavailable/,
    codes: ['TCP001', 'TLS010', 'RPC004', 'TLS002', 'DNS001'],
    says: 'the server is unavailable',
  },
  {
    pattern:
      /Failed to connect before the deadline|transport error|TransportError|context deadline exceeded|DEADLINE_EXCEEDED|failed reaching server|Failed client connect|Connection failed|io exception|Connection error/i,
    codes: ['TCP001', 'TLS010', 'TLS002', 'MTL001', 'TCP002', 'DNS001', 'RPC010'],
    says: 'this text fits most of all known faults: 84 of 138 measured ones print exactly "Failed to connect before the deadline"',
  },
];
