import { connect } from 'node:net';
import type { Fault, Healthy, Scene } from '../fault.ts';
import type { Lab } from '../lab.ts';
import { answers } from '../scenes.ts';
import { startTcp, startTemporal, type Answer } from '../server.ts';

const quietMs = 300;

/** A frontend behind a relay that, as firewalls and load balancers do, gives a connection up when nothing moved on it. */
const forgetful =
  (then: 'drops' | 'ends' | 'resets') =>
  async (lab: Lab): Promise<Scene> => {
    const { port } = await startTemporal(lab);
    const relay = await startTcp(lab, (socket) => {
      const server = connect(port, '127.0.0.1').on('error', () => undefined);
      lab.onClose(() => server.destroy());
      const giveUp = (): void => {
        socket.unpipe(server);
        server.unpipe(socket);
        if (then === 'ends') socket.end();
        if (then === 'resets') socket.resetAndDestroy();
      };
      const timer = setTimeout(giveUp, quietMs);
      for (const side of [socket, server]) side.on('data', () => void timer.refresh());
      socket.once('close', () => clearTimeout(timer));
      socket.pipe(server).pipe(socket);
    });
    return { args: ['--address', relay.address, ...idling] };
  };

const idling = ['--only', 'idle', '--idle', '600ms', '--step-timeout', '500ms'];

/** Nothing gives the connection up; without --timeout of its own the wait is not cut either. */
export const healthyDeep: readonly Healthy[] = [
  { name: 'a quiet connection that stays', scene: answers({}, [...idling, '--timeout', '300ms']) },
];

const polls = (poll: Answer) => answers({ poll: { after: 100, ...poll } }, ['--only', 'long-poll']);

/** What only --deep looks at, each check alone. */
export const deepFaults: readonly Fault[] = [
  { name: 'poll cut with HTTP 504', code: 'QOS004', works: true, scene: polls({ http: { status: 504 } }) },
  { name: 'poll reset', code: 'QOS004', works: true, scene: polls({ reset: 2 }) },
  {
    name: 'poll cut by Envoy',
    code: 'QOS004',
    works: true,
    scene: polls({ status: 14, message: 'upstream request timeout' }),
  },
  { name: 'poll that ends the connection', code: 'QOS004', works: true, scene: polls({ goaway: 0 }) },
  { name: 'quiet connections dropped silently', code: 'QOS003', works: true, within: 2000, scene: forgetful('drops') },
  { name: 'quiet connections ended', code: 'QOS004', works: true, scene: forgetful('ends') },
  { name: 'quiet connections reset', code: 'QOS004', works: true, scene: forgetful('resets') },
  {
    name: 'proxy with a limit of 1.5 MB',
    code: 'RPC013',
    works: true,
    scene: answers({ largest: 1_500_000 }, ['--only', 'message-size']),
  },
  {
    name: 'server with a limit of 1.5 MB',
    code: 'QOS002',
    works: true,
    scene: answers({ largest: 1_500_000, tooLarge: { status: 8, message: 'grpc: received message larger than max' } }, [
      '--only',
      'message-size',
    ]),
  },
];
