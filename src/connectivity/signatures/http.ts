import type { Code } from '../catalogue.ts';
import type { Signature } from './signature.ts';

const unreadable = ['RPC001', 'RPC013', 'MTL001', 'MTL002'] as const satisfies Code[];

/** Pages, gateways and proxies in place of gRPC, and HTTP/2 itself. */
export const http: readonly Signature[] = [
  {
    pattern: /No required SSL certificate was sent/i,
    codes: ['MTL001', 'MTL002'],
    says: 'nginx wants a client certificate',
  },
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
    pattern:
      /upstream connect error|no healthy upstream|upstream request timeout|RBAC: access denied|reset reason:|upstream_reset|l5d-|linkerd|no_route_found|no available endpoints|cluster_not_found|503 Service Unavailable|c2c service api|awselb|x-envoy/i,
    codes: ['RPC007'],
    says: 'these are the words of Envoy',
  },
  {
    pattern:
      /Jwt is missing|Jwt is expired|Jwt verification fails|Jwt is not in the form|Jwt issuer|Jwt audience|Audiences in Jwt|Jwks (?:doesn't|remote)/i,
    codes: ['AUT001', 'RPC007', 'TOK007', 'TOK003'],
    says: 'a gateway (Envoy) judges the token',
  },
  {
    pattern:
      /invalid compression flag: (?:60|123|72)|1752460652|unexpected content-type|invalid content-type: text\/html|<html|HTTP status code|unexpected HTTP status|bad_gateway|502 Bad Gateway|http2 header with status: [345]\d\d|status: [345]\d\d\b|content-type: ?(?:text\/|application\/json)|<!doctype|<head>/i,
    codes: unreadable,
    says: 'a web page or JSON came in place of gRPC',
  },
  {
    pattern:
      /missing grpc-status trailer|Call ended without gRPC status|RST_STREAM with code 0\b|closed the stream without sending trailers|invalid compression flag: 128|unexpected EOS on (?:non-)?empty DATA frame|without a final status/i,
    codes: ['RPC006', 'RPC001'],
    says: 'the trailers were lost on the way',
  },
  {
    pattern: /too_many_pings|ENHANCE_YOUR_CALM|Bandwidth exhausted or memory limit/i,
    codes: ['H2005'],
    says: 'the server complains about too many pings',
  },
  {
    pattern: /First received frame was not SETTINGS[^\n]*: 15030/i,
    codes: ['TLS002', 'H2001'],
    says: 'a TLS alert came in place of HTTP/2: the server wants TLS',
  },
  {
    pattern: /First received frame was not SETTINGS[^\n]*: (?!48545450|00)[0-9a-f]{10}/i,
    codes: ['TCP007', 'H2001'],
    says: 'another protocol answered',
  },
  {
    pattern:
      /frame too large|looked like an HTTP\/1|http1\.x server|First received frame was not SETTINGS|485454502f|did not complete the HTTP\/2 handshake|FRAME_SIZE_ERROR|Protocol error(?! *:)|ERR_HTTP2_ERROR/i,
    codes: ['H2001', 'TLS002', 'TCP007', 'ADR005', 'ADR008'],
    says: 'something else than HTTP/2 answered',
  },
  {
    pattern: /protocol not secure enough|INADEQUATE_SECURITY/i,
    codes: ['RPC005'],
    says: 'the TLS parameters are too weak for HTTP/2',
  },
  {
    pattern:
      /Stream refused|REFUSED_STREAM|Received RST_STREAM|RST_STREAM closed stream|stream terminated by RST_STREAM|HTTP_1_1_REQUIRED|Reset\(StreamId|Stream removed|stream was (?:reset|not closed cleanly)|RST_STREAM/i,
    codes: ['RPC005', 'QOS004', 'RPC011'],
    says: 'the call was reset',
  },
];
