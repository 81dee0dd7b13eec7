import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { endpointMark, holdsEndpointValue, isEndpointValue, notWhole } from './endpoint-value.ts';

export { EndpointValue, forEndpoint } from './endpoint-value.ts';

/**
 * A payload converter that understands `EndpointValue` and leaves everything else to `inner`. It runs in the workflow
 * sandbox: nothing of Node is used here.
 */
export function withEndpoints(inner: PayloadConverter): PayloadConverter {
  const outer: PayloadConverter = {
    toPayload(value, context, hint): Payload {
      if (!isEndpointValue(value)) return whole(value, () => inner.toPayload(value, context, hint));
      const payload = whole(value.value, () => inner.toPayload(value.value, context));
      return {
        ...payload,
        metadata: { ...payload.metadata, [endpointMark]: new TextEncoder().encode(value.endpoint) },
      };
    },
    fromPayload: (payload, context, hint) => inner.fromPayload(payload, context, hint),
  };
  const validate = inner.validateConverterHint?.bind(inner);
  return validate === undefined ? outer : { ...outer, validateConverterHint: validate };
}

/** The SDK's converter does not say why it cannot convert a value. */
function whole(value: unknown, convert: () => Payload): Payload {
  try {
    return convert();
  } catch (error) {
    if (holdsEndpointValue(value)) throw new TypeError(notWhole, { cause: error });
    throw error;
  }
}

/** What `payloadConverterPath: require.resolve('nexusctl/codec/converter')` loads. */
export const payloadConverter: PayloadConverter = withEndpoints(defaultPayloadConverter);
