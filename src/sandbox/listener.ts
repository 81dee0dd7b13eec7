import { createServer, type AddressInfo, type Socket } from 'node:net';
import grpc from '@grpc/grpc-js';

/** A gRPC server on loopback whose sockets are in our hands, so that a connection can be cut at any moment. */
export interface Listener {
  readonly server: grpc.Server;
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly cut: (peerPort: number) => void;
  /** Cuts every connection and closes the port. */
  readonly close: () => Promise<void>;
}

export async function listen(credentials: grpc.ServerCredentials): Promise<Listener> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
  const injector = server.createConnectionInjector(credentials);
  const sockets = new Map<number, Socket>();
  const tcp = createServer((socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.on('close', () => sockets.delete(port));
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    injector.injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(0, '127.0.0.1', resolve);
  });
  const { port } = tcp.address() as AddressInfo;
  return {
    server,
    address: `127.0.0.1:${String(port)}`,
    cut: (peerPort) => sockets.get(peerPort)?.resetAndDestroy(),
    close: async () => {
      const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
      for (const socket of sockets.values()) socket.destroy();
      injector.destroy();
      server.forceShutdown();
      await closed;
    },
  };
}
