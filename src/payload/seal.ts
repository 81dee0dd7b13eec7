import { NexusctlError } from '../errors/nexusctl-error.ts';
import { familyOf } from './families/families.ts';
import { sealAesGcm, sealWithKey } from './families/aes-gcm.ts';
import { sealForEndpoint } from './families/endpoint.ts';
import { isEnvelopeKey, sealEnvelope } from './families/envelope.ts';
import { sealJava } from './families/java.ts';
import { endpointKeys, writingKey, type Keyring } from './keys/keyring.ts';
import type { Keys } from './keys/keys.ts';
import { layerOf, openPayload, type Budget, type Opened } from './layers.ts';
import { after, type Maybe } from './model/maybe.ts';
import type { Payload } from './model/payload.ts';
import { ordersKey, sampleEndpointKeys, sampleKey, sampleKeyId } from './families/presets.ts';
import type { Position } from './model/position.ts';

/**
 * Seals a payload with the key that the keyring names for its place: the endpoint's own (family D), else the active one (A
 * for a key that is here, E for a key service). What is sealed already stays as it is: nobody could open it twice.
 * @throws NexusctlError KEY_MISSING when the keyring does not say which key writes: never another key, never plaintext
 */
export function sealPayload(payload: Payload, keys: Keys, position: Position = {}): Maybe<Opened> {
  const family = familyOf(payload);
  if (family !== null && family.keyless !== true && family.selfNamed !== true)
    return { status: 'unchanged', layers: [layerOf(payload, family)], payload };
  return after(sealWithRing(payload, keys, position), (sealed) => {
    const layers = [layerOf(sealed, familyOf(sealed)), layerOf(payload, family)];
    return { status: 'encrypted', layers, payload: sealed };
  });
}

/**
 * The same for payloads of a history: what was compressed after it was encrypted stays as it is too. A codec's own payloads
 * are not looked into, which takes time: the SDK compresses first.
 */
export function sealOnce(payload: Payload, keys: Keys, position: Position, budget?: Budget): Maybe<Opened> {
  if (familyOf(payload)?.keyless !== true) return sealPayload(payload, keys, position);
  return after(openPayload(payload, keys, position, true, budget), ({ status, layers }) =>
    status === 'unchanged' ? { status, layers, payload } : sealPayload(payload, keys, position),
  );
}

function sealWithRing(payload: Payload, keys: Keys, position: Position): Maybe<Payload> {
  const { keyring, namespace } = keys;
  const { endpoint } = position;
  const key = writingKey(keyring, namespace, endpoint);
  const own = endpoint === undefined ? undefined : endpointKeys(keyring, endpoint);
  switch (key?.kind) {
    case 'secret':
      if (endpoint !== undefined && own !== undefined)
        return after(keys.aes(key), (material) => sealForEndpoint(payload, endpoint, material));
      return isEnvelopeKey(key) ? sealEnvelope(payload, keys, key) : sealWithKey(payload, keys, key);
    case 'kms':
    case 'exec':
      return sealEnvelope(payload, keys, key);
    case 'vault':
      throw new NexusctlError('KEY_MISSING', `the key '${key.id}' is Vault's; nexusctl only reads with it`, {
        hint: 'name one that writes: active = "ID" under [keyring], or --active ID',
      });
    case undefined:
      return sealWithPreset(payload, keys, endpoint);
  }
}

function sealWithPreset(payload: Payload, { keyring, namespace }: Keys, endpoint: string | undefined): Payload {
  const { presets } = keyring;
  const sample = endpoint === undefined || !presets.has('endpoint') ? undefined : sampleEndpointKeys.get(endpoint);
  if (endpoint !== undefined && sample !== undefined) return sealForEndpoint(payload, endpoint, sample);
  if (presets.has('java')) return sealJava(payload);
  if (presets.has('orders')) return sealAesGcm(payload, 'orders', ordersKey('orders'));
  if (presets.has('go')) return sealAesGcm(payload, 'test', sampleKey);
  if ((['typescript', 'python', 'dotnet', 'ruby'] as const).some((name) => presets.has(name)))
    return sealAesGcm(payload, sampleKeyId, sampleKey);
  throw missing(keyring, namespace, endpoint);
}

function missing({ keys, namespaces, endpoints }: Keyring, namespace?: string, endpoint?: string): NexusctlError {
  const error = (message: string, hint: string): NexusctlError => new NexusctlError('KEY_MISSING', message, { hint });
  const [first] = endpoint === undefined ? [] : (endpoints.get(endpoint) ?? []);
  if (endpoint !== undefined && first !== undefined)
    return error(
      `the first key of the endpoint '${endpoint}' writes, and '${first}' is decrypt_only`,
      `put the one that writes first in its list under [keyring.endpoints]`,
    );
  if (namespace !== undefined && namespaces.has(namespace))
    return error(
      `all keys of the namespace '${namespace}' are decrypt_only`,
      'list one that may write under [keyring.namespaces]',
    );
  const where = endpoint === undefined ? '' : ` for the endpoint '${endpoint}'`;
  return keys.size === 0
    ? error(
        `no key to encrypt with${where}`,
        'make one: nexusctl payload keygen --out my.key; then --key my-key=file:my.key',
      )
    : error(
        `the keyring does not say which key encrypts${where}`,
        'name it: active = "ID" under [keyring], or --active ID',
      );
}
