import type { Signature } from './signature.ts';

/** Proxies, names and sockets. */
export const network: readonly Signature[] = [
  {
    pattern: /with status 407|407 Proxy Authentication|ProxyConnectException[^\n]*407|status: 407|proxy[^\n]*\b407\b/i,
    codes: ['PRX002'],
    says: 'the proxy wants authentication',
  },
  {
    pattern:
      /through proxy [^\n]* with status 40[35]|CONNECT call failed with status: 40[35]|(?:connect handshake|CONNECT|proxy|tunnel)[^\n]*(?:HTTP\/1\.[01] |status:? ?|response )40[35]/i,
    codes: ['PRX003'],
    says: 'the proxy does not allow the target',
  },
  {
    pattern:
      /through proxy [^\n]* with status 50\d|CONNECT call failed with status: 50\d|(?:connect handshake|CONNECT|proxy|tunnel)[^\n]*(?:HTTP\/1\.[01] |status:? ?|response )50\d/i,
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
  {
    pattern:
      /Temporary failure in name resolution|EAI_AGAIN|server misbehaving|lookup [^\n]*i\/o timeout|Name resolution is currently unavailable/i,
    codes: ['DNS002', 'DNS003'],
    says: 'the resolver did not answer',
  },
  {
    pattern:
      /\bENOTFOUND\b|\bENODATA\b|Name or service not known|nodename nor servname|No such host is known|Name does not resolve|no such host|UnknownHostException|Name resolution failed for target|produced zero addresses|no children to pick from|DNS resolution failed|A record lookup error|Unable to resolve host|getaddrinfo failed|getaddrinfo: |os error 11001|\b11001\b|UnresolvedAddressException|Could not resolve (?:host|proxy)|Domain name not found|NXDOMAIN/i,
    codes: ['DNS001', 'ADR007', 'DNS002', 'ADR004', 'ADR006'],
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
    pattern: /\b0\.0\.0\.0:\d+[^\n]*refused|refused[^\n]*\b0\.0\.0\.0:\d+/i,
    codes: ['TCP001', 'DNS006'],
    says: 'the address is none of a host, and refuses',
  },
  {
    pattern: /dial tcp \S+:443: connect: connection refused/i,
    codes: ['TCP001', 'ADR002'],
    says: 'port 443 refuses, which Go takes when the address names none',
  },
  {
    pattern: /ECONNREFUSED|Connection ?refused|actively refused|(?:code: |os error |errno )(?:111|61|10061)\b/i,
    codes: ['TCP001', 'ADR010', 'ADR011', 'CFG001'],
    says: 'the connection was refused',
  },
  {
    pattern: /EADDRNOTAVAIL|AddrNotAvailable|Cannot assign requested address|Can't assign requested address/i,
    codes: ['ADR010', 'TCP004', 'DNS005'],
    says: 'the address is none that this machine can connect from or to: in a container often localhost by IPv6',
  },
  {
    pattern:
      /ENETUNREACH|EHOSTUNREACH|Network (?:is )?unreachable|No route to host|NoRouteToHost|host unreachable|(?:code: |os error |errno )(?:101|113|51|65|10051|10065)\b/i,
    codes: ['TCP004', 'DNS005'],
    says: 'there is no route',
  },
  {
    pattern:
      /ETIMEDOUT|i\/o timeout|(?:connection|operation|connect) timed out|ConnectTimeoutException|did not properly respond after a period|FD Shutdown|deadline has elapsed|(?:code: |os error |errno |\()(?:110|60|10060)\b/i,
    codes: ['TCP002', 'PRX007', 'PRX008'],
    says: 'the connection attempt got no answer',
  },
  {
    pattern: /connect ECONNRESET|tcp connect error[^\n]*Connection ?reset/i,
    codes: ['TCP003', 'TLS002', 'TCP006'],
    says: 'the connection was reset as soon as it was made',
  },
];
