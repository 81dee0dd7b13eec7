import type { Code } from '../../../src/connectivity/catalogue.ts';
import type { Fault } from '../fault.ts';
import { ca, http1, material, pair, read, tlsOf } from '../scenes.ts';
import { startTcp, startTls } from '../server.ts';
import type { Lab } from '../lab.ts';

/** Answers to a greeting that can never become HTTP/2 settings, or stop before they are; Node waits for the rest of most. */
const answers: Readonly<Record<string, string>> = {
  'one byte': '\0',
  'a word': 'no!',
  'eight bytes': '12345678',
  'the beginning of settings': '\0\0\u0012\u0004',
  'settings that acknowledge': '\0\0\0\u0004\u0001\0\0\0\0',
  'settings of five bytes': '\0\0\u0005\u0004\0\0\0\0\0hello',
  'a frame without an end': '\u00ff\u00ff\u00ff\u0004\0\0\0\0\0',
};
/** Spoken first, in clear or once TLS stands. */
const greetings = { IMAP: '* OK ready\r\n', SMTP: '220 mail ESMTP\r\n', POP3: '+OK\r\n', 'a short word': 'hi' };

type Transport = 'in clear' | 'TLS asked of it' | 'over TLS' | 'over TLS without ALPN';

const says =
  (text: string, transport: Transport, how: 'asked' | 'first', then: 'silence' | 'end') =>
  async (lab: Lab): Promise<{ readonly args: readonly string[] }> => {
    const onConnection: Parameters<typeof startTcp>[1] = (socket) => {
      const say = (): void => {
        socket.write(text, 'latin1');
        if (then === 'end') socket.end();
      };
      socket.resume();
      if (how === 'first') say();
      else socket.once('data', say);
    };
    if (transport === 'in clear' || transport === 'TLS asked of it') {
      const { address } = await startTcp(lab, onConnection);
      return { args: ['--address', address, ...(transport === 'in clear' ? [] : ['--tls'])] };
    }
    const options = transport === 'over TLS' ? tlsOf(lab) : material(lab, 'server');
    const { address } = await startTls(lab, options, onConnection);
    return { args: ['--address', address, ...ca(lab)] };
  };

const fault = (
  name: string,
  code: Code,
  ...[text, transport, how = 'asked', then = 'silence']: [string, Transport, ('asked' | 'first')?, ('silence' | 'end')?]
): Fault => ({
  name: `${name} ${transport}${how === 'first' ? ', unasked' : ''}${then === 'end' ? ', then the end' : ''}`,
  code,
  scene: says(text, transport, how, then),
});

/** A server that took the client certificate: what it says afterwards is no verdict on that. */
const afterMtls =
  (version: 'TLSv1.2' | 'TLSv1.3', onConnection: Parameters<typeof startTls>[2]) =>
  async (lab: Lab): Promise<{ readonly args: readonly string[] }> => {
    const wants = { requestCert: true, rejectUnauthorized: true, ca: read(lab, 'client-ca.pem'), maxVersion: version };
    const { address } = await startTls(lab, tlsOf(lab, 'server', wants), onConnection);
    return { args: ['--address', address, ...ca(lab), ...pair(lab, 'client')] };
  };

const settingsHead = '\0\0\u0012\u0004\0\0\0\0\0';
const tlsAlert = '\u0015\u0003\u0001\0\u0002\u0002\u0028';

export const foreignFaults: readonly Fault[] = [
  ...Object.entries(answers).flatMap(([name, text]) => [
    fault(name, 'TCP007', text, 'in clear'),
    fault(name, 'TLS001', text, 'TLS asked of it'),
    fault(name, 'TCP007', text, 'over TLS'),
  ]),
  ...Object.entries(greetings).flatMap(([name, text]) => [
    fault(name, 'TCP007', text, 'TLS asked of it', 'first'),
    fault(name, 'TCP007', text, 'over TLS', 'first'),
    fault(name, 'TCP007', text, 'over TLS without ALPN', 'first', 'end'),
  ]),
  fault('a word', 'TCP007', 'no!', 'in clear', 'asked', 'end'),
  fault('a word', 'TLS001', 'no!', 'TLS asked of it', 'asked', 'end'),
  fault('a word', 'TCP007', 'no!', 'over TLS', 'asked', 'end'),
  fault('a word', 'TCP007', 'no!', 'over TLS without ALPN'),
  fault('a Redis error', 'TCP007', '-ERR unknown command\r\n', 'over TLS'),
  fault('the head of settings', 'H2002', settingsHead, 'in clear'),
  fault('the head of settings', 'H2002', settingsHead, 'over TLS'),
  fault('a TLS alert', 'TLS002', tlsAlert, 'in clear'),
  fault('a TLS alert', 'H2004', tlsAlert, 'over TLS'),
  ...(['TLSv1.2', 'TLSv1.3'] as const).flatMap((version): Fault[] => [
    { name: `HTTP/1 after mTLS, ${version}`, code: 'H2001', scene: afterMtls(version, http1('x')) },
    {
      name: `a word after mTLS, ${version}`,
      code: 'TCP007',
      scene: afterMtls(version, (socket) => void socket.once('data', () => socket.write('no!'))),
    },
    {
      name: `a word and the end after mTLS, ${version}`,
      code: 'TCP007',
      scene: afterMtls(version, (socket) => void socket.once('data', () => socket.end('no!'))),
    },
  ]),
];
