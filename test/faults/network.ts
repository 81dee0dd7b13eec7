import { connect, createServer } from 'node:net';
import { resolve } from 'node:path';
import type { Scene } from './fault.ts';
import type { Lab } from './lab.ts';

/** What the name server answers: addresses (IPv6 in full), an error code of DNS, late, or nothing at all. */
interface Name {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly rcode?: number;
  readonly delayMs?: number;
  readonly silent?: true;
}

interface Network {
  /** More addresses of the machine, with their length: `10.1.2.3/32`. */
  readonly addresses?: readonly string[];
  /** Networks that a router says it cannot reach; all others have no route. */
  readonly unreachable?: readonly string[];
  /** By name; every other name does not exist. Without it, nobody listens where resolv.conf points. */
  readonly names?: Readonly<Record<string, Name>>;
  /** `address:port` in the network to a port of a server of the lab. */
  readonly doors?: Readonly<Record<string, number>>;
}

/** Runs a scene in a network of its own: see network.mjs. */
export async function inNetwork(lab: Lab, { doors = {}, ...network }: Network, scene: Scene): Promise<Scene> {
  const number = String((count += 1));
  const opened = Object.entries(doors).map(async ([inside, port], index) => {
    const at = inside.lastIndexOf(':');
    const path = lab.path(`door-${number}-${String(index)}`);
    await openDoor(lab, path, port);
    return { host: inside.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(inside.slice(at + 1)), path };
  });
  const spec = {
    ...network,
    doors: await Promise.all(opened),
    resolvConf: await lab.write(`resolv-${number}.conf`, 'nameserver 127.0.0.53\n'),
  };
  const path = await lab.write(`network-${number}.json`, JSON.stringify(spec));
  const wrap = ['unshare', '-mn', process.execPath, resolve('test/faults/network.mjs'), path];
  return { ...scene, process: { wrap } };
}

let count = 0;

async function openDoor(lab: Lab, path: string, port: number): Promise<void> {
  const server = createServer((socket) => {
    const inside = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [socket, inside],
      [inside, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((done) => server.listen(path, done));
  lab.onClose(() => server.close());
}
