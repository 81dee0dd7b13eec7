import type { temporal } from '@temporalio/proto';
import type { Account } from '../account.ts';
import type { ApiKeys } from '../api-keys.ts';
import type { Handlers } from '../grpc.ts';
import { cloudIdentity } from './cloud-identity.ts';
import { cloudNamespaces, type FrontendAddresses } from './cloud-namespaces.ts';
import { cloudNexus } from './cloud-nexus.ts';
import { cloudOperations } from './cloud-operations.ts';

type CloudService = temporal.api.cloud.cloudservice.v1.CloudService;
/** The part of temporal.api.cloud.cloudservice.v1.CloudService that the sandbox has; the rest is UNIMPLEMENTED. */
export function cloudService(
  account: Account,
  keys: ApiKeys,
  addresses: FrontendAddresses,
  beforeWrite: (endpointId: string) => void,
): Handlers<CloudService> {
  return {
    ...cloudIdentity(account, keys),
    ...cloudNamespaces(account, addresses),
    ...cloudNexus(account, beforeWrite),
    ...cloudOperations(account),
  };
}
