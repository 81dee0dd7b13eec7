import type { Ports } from '../context.ts';
import type { Host } from './host.ts';

/** The ports of the real world, each made (and its adapter loaded) on first use. */
export function lazyPorts(host: Host): Ports {
  return {
    files: once(async () => (await import('./files.ts')).makeFiles(host)),
    processes: once(async () => {
      const [{ makeProcesses }, { makeFiles }] = await Promise.all([import('./processes.ts'), import('./files.ts')]);
      return makeProcesses(makeFiles(host));
    }),
    net: once(async () => (await import('./net/net.ts')).net),
    secretFetchers: once(async () => (await import('./secrets.ts')).makeSecretFetchers(host)),
    documents: once(async () => (await import('./documents.ts')).documents),
    keyServices: once(async () => (await import('./kms.ts')).makeKeyServices(host)),
    histories: once(async () => (await import('./histories.ts')).makeHistories),
    rpc: once(async () => (await import('./grpc.ts')).openGrpc),
    endpoints: once(async () => (await import('./endpoints.ts')).endpointAdapters),
    codecSockets: once(async () => (await import('./codec-server/server.ts')).codecSockets),
    codecProbe: once(async () => (await import('./codec-server/probe.ts')).codecProbe),
    sandbox: once(async () => (await import('../sandbox/door.ts')).sandboxDoor),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
