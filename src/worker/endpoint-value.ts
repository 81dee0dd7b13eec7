/** Two copies of this file may be loaded (the worker's and the workflow bundle's): they know each other by this symbol. */
const brand = Symbol.for('nexusctl.EndpointValue');

export const notWhole =
  'an EndpointValue is the whole value that is sent, not a part of it, and needs payloadConverterPath: nexusctl/codec/converter';

/**
 * A value for the far side of a Nexus endpoint: it is encrypted with that endpoint's key of the keyring
 * (`[keyring.endpoints]`), not with the one of the namespace. Wrap what goes through: the input where an operation is
 * called, the result where a handler returns it. What arrives is the plain value again.
 */
export class EndpointValue<T> {
  readonly endpoint: string;
  readonly value: T;

  constructor(endpoint: string, value: T) {
    if (typeof endpoint !== 'string' || endpoint === '')
      throw new TypeError('EndpointValue needs the name of an endpoint');
    if (isEndpointValue(value)) throw new TypeError(notWhole);
    this.endpoint = endpoint;
    this.value = value;
    Object.defineProperty(this, brand, { value: true });
  }

  /**
   * A part of another value, or a value for a converter that does not know it, would be sealed with the namespace's key.
   * @throws TypeError always
   */
  toJSON(): never {
    throw new TypeError(notWhole);
  }

  /** What the SDK's own converter shows of a value that it cannot convert; without the value. */
  toString(): string {
    return `EndpointValue for '${this.endpoint}' (${notWhole})`;
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

/** Whether one stands somewhere inside. */
export function holdsEndpointValue(value: unknown, above: readonly unknown[] = []): boolean {
  if (isEndpointValue(value)) return true;
  if (typeof value !== 'object' || value === null || above.includes(value)) return false;
  return Object.values(value).some((part) => holdsEndpointValue(part, [...above, value]));
}

/** Metadata by which the converter tells the codec the endpoint; it never leaves the process when the codec is there. */
export const endpointMark = 'nexusctl-endpoint';
