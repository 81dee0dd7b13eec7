import type { Signature } from './signature.ts';

/** Certificates and keys as files. */
export const certificates: readonly Signature[] = [
  {
    pattern: /PEM inputs may have been switched|found a certificate rather than a key/i,
    codes: ['KEY004'],
    says: "certificate and key stand in each other's place",
  },
  {
    pattern:
      /key values mismatch|KEY_VALUES_MISMATCH|InconsistentKeys|KeyStoreException: Certificate chain is not valid|private key (?:type )?does not match public key/i,
    codes: ['KEY003', 'CRT011'],
    says: 'key and certificate do not belong together',
  },
  { pattern: /ca md too weak|CA_MD_TOO_WEAK/i, codes: ['CRT010'], says: 'a certificate is signed with SHA-1 or MD5' },
  {
    pattern: /failed to parse private key as RSA, ECDSA, or EdDSA/i,
    codes: ['CRT015', 'KEY001'],
    says: 'rustls does not take this key',
  },
  {
    pattern: /bad decrypt|BAD_DECRYPT|MISSING_PASSPHRASE|INTERRUPTED_OR_CANCELLED/i,
    codes: ['KEY002'],
    says: 'the key is encrypted',
  },
  {
    pattern:
      /PrivateKeyParseError|tls: failed to parse private key|does not contain valid private key|could not find a PKCS ?#?8 private key|Invalid private key|Neither PUB key nor PRIV key|not enough data.*private key|TSI_INVALID_ARGUMENT|NoPrivateKey|No PEM-encoded private key|DECODER routines::unsupported/i,
    codes: ['KEY001', 'KEY002', 'KEY004', 'KEY005', 'CRT002'],
    says: 'the key could not be read',
  },
  {
    pattern: /failed to find (?:any )?PEM (?:data|block)[^\n]* in key input/i,
    codes: ['KEY001', 'KEY005', 'KEY004'],
    says: 'the key file holds no private key in PEM',
  },
  {
    pattern:
      /does not contain valid certificates|found no certificates in input stream|Could not parse certificate|x509: malformed certificate|Incomplete BER\/DER data|InvalidCertificate\(BadEncoding/i,
    codes: ['CRT002', 'CRT003', 'CA001'],
    says: 'the certificate could not be read',
  },
  {
    pattern: /bad end line|bad base64 decode|CertificateParseError/i,
    codes: ['CRT002', 'CRT003', 'CA001', 'CRT014'],
    says: 'the PEM is damaged',
  },
  {
    pattern:
      /no start line|NO_START_LINE|NoCertificatesPresented|failed to find any PEM data|\[SSL\] PEM lib|failed to find "?CERTIFICATE/i,
    codes: ['CRT002', 'KEY004', 'CRT003', 'CFG016', 'CRT014', 'KEY001'],
    says: 'no PEM block was found',
  },
  {
    pattern: /failed adding server CA to CA pool|invalid server CA|No certificates? (?:found|in) .*CA/i,
    codes: ['CA001'],
    says: 'the CA file holds no certificate',
  },
  {
    pattern: /NativeCertsNotFound|no native root CA certificates/i,
    codes: ['TLS017'],
    says: 'the system has no root certificates',
  },
];
