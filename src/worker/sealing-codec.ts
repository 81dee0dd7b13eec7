import type { Payload as SdkPayload, PayloadCodec } from '@temporalio/common';
import { forOthers, openPayload } from '../payload/layers.ts';
import type { Keys } from '../payload/keys/keys.ts';
import { after, each, type Maybe } from '../payload/model/maybe.ts';
import type { Payload } from '../payload/model/payload.ts';
import { sealPayload } from '../payload/seal.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { endpointMark } from './endpoint-value.ts';
import { accept, isRequiredByDefault } from './policy.ts';
import { fromSdk, toSdk } from './sdk-payload.ts';

/** @param keysInUse the keys of the keyring as it is now; asked for each call, so that a rotation needs no restart */
export function sealingCodec(keysInUse: () => Maybe<Keys>, required: boolean | undefined): PayloadCodec {
  // Asynchronous only where something has to be waited for: waiting for nothing costs as much as the codec itself.
  return {
    encode: async (payloads) => after(keysInUse(), (keys) => each(payloads, (payload) => encode(payload, keys))),
    decode: async (payloads) =>
      after(keysInUse(), (keys) => {
        const strict = required ?? isRequiredByDefault(keys.keyring);
        return each(payloads, (payload) => decode(payload, keys, strict));
      }),
  };
}

function encode(payload: SdkPayload, keys: Keys): Maybe<SdkPayload> {
  const inner = fromSdk(payload);
  const mark = inner.metadata.get(endpointMark);
  const endpoint = mark?.toString('utf8');
  if (endpoint !== undefined && !keys.keyring.endpoints.has(endpoint))
    throw new NexusctlError('KEY_MISSING', `the keyring has no key for the endpoint '${endpoint}'`, {
      hint: 'add a list for it under [keyring.endpoints]',
    });
  const plain = mark === undefined ? inner : withoutMark(inner);
  const position = endpoint === undefined ? {} : { endpoint };
  return after(sealPayload(plain, keys, position), ({ status, payload: sealed, error }) => {
    if (error !== undefined) throw error;
    if (status !== 'encrypted' && endpoint !== undefined)
      throw new NexusctlError('KEY_MISSING', `a value for the endpoint '${endpoint}' is encrypted already`);
    // What another codec of the chain has sealed already stays as it is.
    return sealed === null || status !== 'encrypted' ? payload : toSdk(sealed);
  });
}

function withoutMark(payload: Payload): Payload {
  return { ...payload, metadata: new Map([...payload.metadata].filter(([key]) => key !== endpointMark)) };
}

function decode(payload: SdkPayload, keys: Keys, required: boolean): Maybe<SdkPayload> {
  return after(openPayload(fromSdk(payload), keys), (found) => {
    const opened = forOthers(found);
    if (!required && (opened.status === 'unchanged' || isOthers(opened.error))) return payload;
    const inner = accept(opened, required);
    return opened.status === 'decoded' ? toSdk(inner) : payload;
  });
}

/** Another codec of the chain, or the worker of another namespace, has the key. */
function isOthers(error: NexusctlError | undefined): boolean {
  return error?.code === 'KEY_NOT_FOUND' || error?.code === 'FAMILY_UNSUPPORTED';
}
