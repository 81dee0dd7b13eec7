import { lookup } from 'node:dns/promises';
import { readdir } from 'node:fs/promises';
import { cloudEndpoints, cloudApiVersion } from './cloud.ts';
import { cloudAccount, cloudNamespaces } from './cloud-namespaces.ts';
import { frontend } from './frontend.ts';
import { parseAddress } from './grpc-connect.ts';
import { operatorEndpoints } from './operator.ts';
import { policyAt } from './policy-file.ts';

/** Everything behind the endpoint and namespace commands, over an open connection or a path. */
export const endpointAdapters = {
  cloudApiVersion,
  cloudEndpoints,
  cloudNamespaces,
  cloudAccount,
  operatorEndpoints,
  frontend,
  policyAt,
  /** The names in a folder, sorted. */
  filesIn: async (folder: string): Promise<readonly string[]> => (await readdir(folder)).sort(),
  /** `host:port` of every address that a name has; the address itself when it cannot be looked up. */
  addressesOf: async (address: string): Promise<readonly string[]> => {
    const { host, port } = parseAddress(address);
    const found = await lookup(host, { all: true }).catch(() => []);
    const unique = new Set(found.map((one) => (one.family === 6 ? `[${one.address}]` : one.address)));
    return [...unique].map((one) => `${one}:${String(port)}`);
  },
} as const;

export type EndpointAdapters = typeof endpointAdapters;
