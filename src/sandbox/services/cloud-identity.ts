import proto, { type temporal } from '@temporalio/proto';
import type { Account } from '../account.ts';
import {
  authenticate,
  createApiKey,
  deleteApiKey,
  getApiKey,
  updateApiKey,
  type ApiKey,
  type ApiKeys,
} from '../api-keys.ts';
import type { Handlers } from '../grpc.ts';
import type { Operation } from '../operations.ts';
import { page } from '../pages.ts';
import { operationMessage } from './cloud-operations.ts';
import { fromTimestamp, timestamp } from './time.ts';

const { ResourceState } = proto.temporal.api.cloud.resource.v1;
const { OwnerType, AccountAccess } = proto.temporal.api.cloud.identity.v1;
const userId = 'rehearsal';

type CloudService = temporal.api.cloud.cloudservice.v1.CloudService;
/** Who calls, and the API keys of the one user that the sandbox has. Keys work from the moment they are made. */
export function cloudIdentity(account: Account, keys: ApiKeys): Handlers<CloudService> {
  return {
    GetCurrentIdentity: (_, call) => ({
      user: {
        id: userId,
        spec: {
          email: 'rehearsal@sandbox.invalid',
          access: { accountAccess: { role: AccountAccess.Role.ROLE_ADMIN } },
        },
        state: ResourceState.RESOURCE_STATE_ACTIVE,
      },
      principalApiKey: keyMessage(authenticate(keys, call.header('authorization'))),
    }),

    GetApiKeys: (request) => {
      const { items, nextPageToken } = page([...keys.keys.values()], ({ id }) => id, request);
      return { apiKeys: items.map(keyMessage), nextPageToken };
    },

    GetApiKey: (request) => ({
      apiKey: keyMessage(getApiKey(keys, request.keyId ?? '')),
    }),

    CreateApiKey: (request) => {
      const key = createApiKey(keys, wishesOf(request.spec));
      return { keyId: key.id, token: key.token, asyncOperation: done(account, 'CreateApiKey', key.id) };
    },

    UpdateApiKey: (request) => {
      const id = request.keyId ?? '';
      updateApiKey(keys, id, request.resourceVersion ?? '', wishesOf(request.spec));
      return { asyncOperation: done(account, 'UpdateApiKey', id) };
    },

    DeleteApiKey: (request) => {
      const id = request.keyId ?? '';
      deleteApiKey(keys, id, request.resourceVersion ?? '');
      return { asyncOperation: done(account, 'DeleteApiKey', id) };
    },
  };
}

type Spec = temporal.api.cloud.identity.v1.IApiKeySpec | null | undefined;

function wishesOf(spec: Spec) {
  const expiresAt = fromTimestamp(spec?.expiryTime);
  return {
    displayName: spec?.displayName ?? '',
    description: spec?.description ?? '',
    disabled: spec?.disabled ?? false,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function keyMessage(key: ApiKey): temporal.api.cloud.identity.v1.IApiKey {
  const { id, resourceVersion, displayName, description, disabled, expiresAt, createdAt } = key;
  return {
    id,
    resourceVersion,
    spec: {
      ownerId: userId,
      ownerType: OwnerType.OWNER_TYPE_USER,
      displayName,
      description,
      disabled,
      expiryTime: timestamp(expiresAt),
    },
    state: ResourceState.RESOURCE_STATE_ACTIVE,
    createdTime: timestamp(createdAt),
  };
}

function done(account: Account, type: string, resourceId: string) {
  const now = account.now();
  const operation = { id: account.newId(), type, resourceId, startedAt: now, finishesAt: now };
  const finished: Operation = { ...operation, fingerprint: operation.id, outcome: 'FULFILLED' };
  account.operations.set(finished.id, finished);
  return operationMessage(account, finished);
}
