import type { Signature } from './signature.ts';

/** Statuses of a gRPC server. */
export const server: readonly Signature[] = [
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
    pattern:
      /UNAUTHENTICATED|Unauthenticated|does not have valid authentication|invalid (?:authorization|auth|api)?[ -]?(?:token|key)\b|token (?:is|has) expired|HTTP 401|status(?: code)?:? 401|401 Unauthorized/i,
    codes: ['AUT001', 'TOK007', 'TOK003', 'TOK002'],
    says: 'the server does not accept the credential',
  },
  {
    pattern: /token (?:is )?not (?:valid yet|yet valid)|used before issued|nbf|clock skew/i,
    codes: ['AUT002', 'TOK008'],
    says: 'the token is not valid yet on the other side',
  },
  {
    pattern:
      /Request unauthorized|PERMISSION_DENIED|PermissionDenied|does not have permission|insufficient permissions?|not authorized|403 Forbidden/i,
    codes: ['AUT003', 'AUT004', 'TOK007', 'CFG017', 'AUT001'],
    says: 'permission is denied',
  },
  {
    pattern:
      /message larger than max|larger than the limit|message size larger|exceeds maximum size|message length too large|BlobSizeLimit|grpc: received message|MessageTooLarge/i,
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
      /index out of range: \d+ \+|failed to decode Protobuf|invalid varint|invalid wire type|failed to unmarshal|invalid wire-format|InvalidProtocolBufferException|Missing response message/i,
    codes: ['RPC009', 'RPC010', 'RPC001'],
    says: 'the answer is no readable message',
  },
  {
    pattern:
      /max_age|GOAWAY[^\n]*NO_ERROR|GoAway\(b"", NO_ERROR|graceful_stop|worker shutdown|after GOAWAY|GOAWAY received|received prior goaway|connection is draining|session_timed_out/i,
    codes: ['SDK003', 'H2003'],
    says: 'the server ended the connection by age',
  },
];
