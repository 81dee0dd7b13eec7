import type { Entry } from './entry.ts';

/** What spoils a connection that stands: the way, the age of the server, the SDK itself. */
export const quality = {
  QOS001: {
    layer: 'quality',
    severity: 'warning',
    exit: 'unreachable',
    title: 'the server is far away or slow',
    means: 'Round trips take long; every call pays for it.',
    fix: ['Use an endpoint in a closer region.'],
  },
  QOS002: {
    layer: 'quality',
    severity: 'warning',
    exit: 'unreachable',
    title: 'messages above a size are refused',
    means: 'A limit on the way or in the client is below the 4 MiB that Temporal allows.',
    fix: ['Raise the limit on the proxy, or make payloads smaller.'],
  },
  QOS003: {
    layer: 'quality',
    severity: 'warning',
    exit: 'unreachable',
    title: 'idle connections are dropped silently',
    means: 'A firewall or load balancer forgets them; the next call waits until keepalive notices.',
    fix: [
      'Keep the keepalive of 30 s on, or raise the idle timeout on the way.',
      'Load balancers forget after 4 to 10 minutes: `nexusctl connect-test --only idle --idle 11m` waits that long.',
    ],
  },
  QOS004: {
    layer: 'quality',
    severity: 'warning',
    exit: 'unreachable',
    title: 'long polls are cut',
    means: 'A proxy ends calls before the 70 s that a worker waits for tasks.',
    fix: ['Raise the read timeout (nginx: grpc_read_timeout 5m; Istio: no route timeout; ALB: idle timeout).'],
  },

  TMP001: {
    layer: 'grpc',
    severity: 'error',
    exit: 'unreachable',
    title: 'the server is still starting',
    means: 'Its parts have not found each other yet.',
    fix: ['Wait: `nexusctl connect-test --retry 60s`.'],
  },
  TMP002: {
    layer: 'grpc',
    severity: 'warning',
    exit: 'unreachable',
    title: 'the server is too old for a call',
    means: 'It does not know the method.',
    fix: ['Upgrade the server.'],
  },

  SDK001: {
    layer: 'sdk',
    severity: 'error',
    exit: 'unreachable',
    title: 'this SDK will not connect here, although others do',
    means:
      'SDKs use different TLS libraries, trust stores and readers of the configuration. With --sdk it stands beside the finding that is the reason, and that one is named first.',
    fix: ['Mend the finding that the prediction names.'],
  },
  SDK002: {
    layer: 'sdk',
    severity: 'error',
    exit: 'configuration',
    title: 'the native module of the SDK does not fit this system',
    means: 'Not a network fault: the compiled part is missing for this C library or processor (often Alpine).',
    fix: ['Use an image with glibc (Debian or Ubuntu based) and reinstall node_modules there.'],
  },
  SDK003: {
    layer: 'sdk',
    severity: 'info',
    exit: 'unreachable',
    title: 'an error at shutdown or after hours is not a set-up fault',
    means: 'Servers end connections by age (GOAWAY about every five minutes); SDKs reconnect by themselves.',
    fix: ['Nothing to do if work goes on.'],
  },
} as const satisfies Record<string, Entry>;
