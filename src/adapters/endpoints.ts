import { readdir } from 'node:fs/promises';
import { cloudEndpoints, cloudApiVersion } from './cloud.ts';
import { cloudAccount, cloudNamespaces } from './cloud-namespaces.ts';
import { frontend } from './frontend.ts';
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
} as const;

export type EndpointAdapters = typeof endpointAdapters;
