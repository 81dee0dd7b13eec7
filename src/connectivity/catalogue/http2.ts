import type { Entry } from './entry.ts';

export const http2 = {
  H2001: {
    layer: 'http2',
    severity: 'error',
    exit: 'unreachable',
    title: 'an HTTP/1 server answers',
    means: 'gRPC needs HTTP/2: this is a web server, a Web UI, or a proxy without HTTP/2.',
    fix: ['Use the gRPC port (7233), or enable HTTP/2 on the proxy in front.'],
  },
  H2002: {
    layer: 'http2',
    severity: 'error',
    exit: 'unreachable',
    title: 'no HTTP/2 settings arrive',
    means: 'The connection stands, and the server does not speak HTTP/2 on it.',
    fix: ['Check what listens on the port and whether it is overloaded.'],
  },
  H2003: {
    layer: 'http2',
    severity: 'error',
    exit: 'unreachable',
    title: 'the server says goodbye at once',
    means: 'It sends GOAWAY without an error: it is shutting down or draining.',
    fix: ['Try again; then check the server or load balancer.'],
  },
  H2004: {
    layer: 'http2',
    severity: 'error',
    exit: 'unreachable',
    title: 'the connection is dropped before HTTP/2 is set up',
    means:
      'Connected, then closed without a word: a load balancer without healthy backend, or a server that wants TLS.',
    fix: ['Check TLS on or off, then the backend.'],
  },
  H2005: {
    layer: 'http2',
    severity: 'error',
    exit: 'unreachable',
    title: 'the server ends the connection because of too many pings',
    means: 'Keepalive is set below what the server or load balancer allows.',
    fix: ['Raise the keepalive interval to 30 s.'],
  },
} as const satisfies Record<string, Entry>;
