import type { Fault } from '../fault.ts';
import { tcpPlain, http1 } from '../scenes.ts';

export const tcpFaults: readonly Fault[] = [
  { name: 'refused', code: 'TCP001', scene: () => ({ args: ['--address', '127.0.0.1:1'] }) },
  { name: 'refused, TLS', code: 'TCP001', scene: () => ({ args: ['--address', '127.0.0.1:1', '--tls'] }) },
  { name: 'nothing configured and nothing there', code: 'CFG001', scene: () => ({}) },
  {
    name: 'localhost in a pod',
    code: 'ADR010',
    scene: () => ({ args: ['--address', 'localhost:1'], env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }),
  },
  { name: 'no such host', code: 'DNS001', scene: () => ({ args: ['--address', 'no-such-host.invalid:7233'] }) },
  { name: '0.0.0.0 closed', code: 'TCP001', scene: () => ({ args: ['--address', '0.0.0.0:1'] }) },
  { name: 'closes at once', code: 'TCP006', scene: tcpPlain((socket) => void socket.end()) },
  { name: 'closes at once, TLS', code: 'TCP006', scene: tcpPlain((socket) => void socket.end(), true) },
  { name: 'resets at once', code: 'TCP003', scene: tcpPlain((socket) => void socket.resetAndDestroy()) },
  { name: 'resets at once, TLS', code: 'TCP003', scene: tcpPlain((socket) => void socket.resetAndDestroy(), true) },
  { name: 'silent', code: 'TCP008', within: 2500, scene: tcpPlain(() => undefined) },
  { name: 'silent, TLS', code: 'TCP008', within: 2500, scene: tcpPlain(() => undefined, true) },
  { name: 'SSH', code: 'TCP007', scene: tcpPlain((socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')) },
  {
    name: 'SSH, TLS',
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'), true),
  },
  {
    name: 'SMTP',
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.write('220 mail.example ESMTP Postfix\r\n')),
  },
  {
    name: 'MySQL',
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.write(Buffer.from('4a0000000a382e302e3336000b000000', 'hex'))),
  },
  {
    name: 'closes after the first bytes',
    code: 'H2004',
    scene: tcpPlain((socket) => void socket.once('data', () => socket.end())),
  },
  {
    name: 'closes after the first bytes, TLS',
    code: 'TLS014',
    scene: tcpPlain((socket) => void socket.once('data', () => socket.end()), true),
  },
  { name: 'HTTP/1 server', code: 'H2001', scene: tcpPlain(http1('<html>hello</html>')) },
  { name: 'HTTP/1 server, TLS asked', code: 'TLS001', scene: tcpPlain(http1('<html>hello</html>'), true) },
  { name: 'Web UI', code: 'ADR005', scene: tcpPlain(http1('<html><title>Temporal</title></html>')) },
];
