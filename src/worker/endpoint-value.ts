/** Two copies of this file may be loaded (the worker's and the workflow bundle's): they know each other by this symbol. */
const brand = Symbol.for('nexusctl.EndpointValue');

/**
 * A value for the far side of a Nexus endpoint: it is encrypted with that endpoint's key of the keyring
 * (`[keyring.endpoints]`), not with the one of the namespace. Wrap what goes through: the input where an operation is
 * called, the result where a handler returns it. What arrives is the plain value again.
 */
export class EndpointValue<T> {
  readonly endpoint: string;
  readonly value: T;

  constructor(endpoint: string, value: T) {
    if (endpoint === '') throw new TypeError('EndpointValue needs the name of an endpoint');
    this.endpoint = endpoint;
    this.value = value;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * The same for operations whose types know nothing of the wrapper: `client.executeOperation(op, forEndpoint('billing',
 * input))`. Only the payload converter sees the difference.
 */
export function forEndpoint<T>(endpoint: string, value: T): T {
  return new EndpointValue(endpoint, value) as T;
}

export function isEndpointValue(value: unknown): value is EndpointValue<unknown> {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Metadata by which the converter tells the codec the endpoint; it never leaves the process when the codec is there. */
export const endpointMark = 'nexusctl-endpoint';
