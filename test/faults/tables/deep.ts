import type { Fault } from '../fault.ts';
import { answers } from '../scenes.ts';
import type { Answer } from '../server.ts';

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
