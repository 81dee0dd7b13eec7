import { randomBytes } from 'node:crypto';
import { sandboxKeyPrefix } from '../profile/sandbox-key.ts';
import { refusal } from './refusal.ts';

export interface ApiKey {
  readonly id: string;
  readonly resourceVersion: string;
  readonly displayName: string;
  readonly description: string;
  readonly expiresAt: number;
  readonly disabled: boolean;
  readonly createdAt: number;
  readonly token: string;
}

export interface ApiKeys {
  readonly keys: Map<string, ApiKey>;
  readonly now: () => number;
  readonly newId: () => string;
}

const day = 86_400_000;

type Wishes = Partial<Pick<ApiKey, 'displayName' | 'description' | 'expiresAt' | 'disabled'>>;

export function createApiKey(store: ApiKeys, wishes: Wishes): ApiKey {
  const now = store.now();
  const expiresAt = wishes.expiresAt ?? now + 90 * day;
  if (expiresAt <= now) throw refusal('INVALID_ARGUMENT', 'expiry time must be in the future');
  const key: ApiKey = {
    id: store.newId(),
    resourceVersion: store.newId(),
    displayName: wishes.displayName ?? '',
    description: wishes.description ?? '',
    expiresAt,
    disabled: wishes.disabled ?? false,
    createdAt: now,
    token: sandboxKeyPrefix + randomBytes(24).toString('base64url'),
  };
  store.keys.set(key.id, key);
  return key;
}

export function updateApiKey(store: ApiKeys, id: string, resourceVersion: string, wishes: Wishes): ApiKey {
  const key = keyForWrite(store, id, resourceVersion);
  const changed = { ...key, ...wishes, resourceVersion: store.newId() };
  store.keys.set(id, changed);
  return changed;
}

export function deleteApiKey(store: ApiKeys, id: string, resourceVersion: string): void {
  store.keys.delete(keyForWrite(store, id, resourceVersion).id);
}

export function getApiKey(store: ApiKeys, id: string): ApiKey {
  const key = store.keys.get(id);
  if (key === undefined) throw refusal('NOT_FOUND', `api key ${id} not found`);
  return key;
}

/**
 * The key that an `authorization` header carries.
 * @throws Refusal UNAUTHENTICATED when it is absent, unknown, disabled or has expired
 */
export function authenticate(store: ApiKeys, authorization: string | undefined): ApiKey {
  if (authorization === undefined) throw refusal('UNAUTHENTICATED', 'no authorization header');
  const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
  const key = [...store.keys.values()].find((candidate) => candidate.token === token);
  if (key === undefined) throw refusal('UNAUTHENTICATED', 'invalid api key');
  if (key.disabled) throw refusal('UNAUTHENTICATED', 'api key is disabled');
  if (key.expiresAt <= store.now()) throw refusal('UNAUTHENTICATED', 'api key has expired');
  return key;
}

function keyForWrite(store: ApiKeys, id: string, resourceVersion: string): ApiKey {
  const key = getApiKey(store, id);
  if (resourceVersion !== key.resourceVersion)
    throw refusal(
      'FAILED_PRECONDITION',
      `resource version mismatch: received ${resourceVersion}, expected ${key.resourceVersion}`,
    );
  return key;
}
