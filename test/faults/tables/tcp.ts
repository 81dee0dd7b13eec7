import type { Fault } from '../fault.ts';
import { http1, tcpPlain } from '../scenes.ts';
import { startDeaf, startTcp } from '../server.ts';

/** Fixed ports at an address of this process alone: tests of other processes take the same ports. */
const ownLoopback = `127.43.${String((process.pid >> 8) & 255)}.${String(process.pid & 255)}`;

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
    name: 'resets after the first bytes',
    code: 'TCP003',
    scene: tcpPlain((socket) => void socket.once('data', () => socket.resetAndDestroy())),
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
  {
    name: 'black hole',
    code: 'TCP002',
    within: 2000,
    scene: async (lab) => ({ args: ['--address', (await startDeaf(lab, 'full')).address] }),
  },
  {
    name: 'black hole, TLS',
    code: 'TCP002',
    within: 2000,
    scene: async (lab) => ({ args: ['--address', (await startDeaf(lab, 'full')).address, '--tls'] }),
  },
  {
    name: 'hung server that no longer accepts',
    code: 'TCP008',
    within: 2500,
    scene: async (lab) => ({ args: ['--address', (await startDeaf(lab, 'roomy')).address] }),
  },
  {
    name: 'hung server, TLS',
    code: 'TCP008',
    within: 2500,
    scene: async (lab) => ({ args: ['--address', (await startDeaf(lab, 'roomy')).address, '--tls'] }),
  },
  {
    name: 'HTTP API on its port',
    code: 'ADR008',
    scene: async (lab) => ({
      args: ['--address', (await startTcp(lab, http1('{"message":"Not Found"}'), 7243, ownLoopback)).address],
    }),
  },
  {
    name: 'metrics on their port',
    code: 'ADR008',
    scene: async (lab) => ({
      args: ['--address', (await startTcp(lab, http1('# HELP x'), 9090, ownLoopback)).address],
    }),
  },
  {
    name: 'Web UI of the dev server on its port',
    code: 'ADR005',
    scene: async (lab) => ({ args: ['--address', (await startTcp(lab, http1('x'), 8233, ownLoopback)).address] }),
  },
  {
    name: 'a variable hides the address of the profile',
    code: 'CFG007',
    scene: async (lab) => ({
      args: ['--config-file', await lab.write('hidden.toml', '[profile.default]\naddress = "temporal.example:7233"\n')],
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    }),
  },
  ...Object.entries({
    FTP: '220 (vsFTPd 3.0.3)\r\n',
    POP3: '+OK ready\r\n',
    IMAP: '* OK ready\r\n',
    VNC: 'RFB 003.008\n',
    Telnet: '\u00ff\u00fd\u0018\u00ff\u00fd\u0020',
  }).map(([name, banner]): Fault => ({
    name,
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.write(banner, 'latin1')),
  })),
  ...Object.entries({
    Redis: '-ERR unknown command\r\n',
    'something that echoes': null,
    'a short word': 'no!',
    PostgreSQL: 'E\0\0\0\u0085SFATAL\0',
  }).map(([name, answer]): Fault => ({
    name: `${name}, only when asked`,
    code: 'TCP007',
    scene: tcpPlain((socket) => void socket.on('data', (bytes) => socket.write(answer ?? bytes))),
  })),
];
