import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports in a row that nobody listens on, below those that outgoing connections take, so that none is taken meanwhile. */
export async function freePorts(count: number): Promise<number[]> {
  for (;;) {
    const first = randomInt(10_000, 32_000 - count);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return ports;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
