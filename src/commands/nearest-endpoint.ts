import type { EndpointApi } from '../endpoints/api.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { nearest } from '../profile/nearest.ts';

/** The error of an endpoint that is not there, with the name that was meant; every other error as it is. */
export async function withNearestEndpoint(error: unknown, api: EndpointApi, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof NexusctlError) || error.code !== 'ENDPOINT_NOT_FOUND') return error;
  const name = error.details?.['endpoint'];
  if (typeof name !== 'string') return error;
  const all = await api.list(signal).catch(() => []);
  const close = nearest(
    name,
    all.map(({ endpoint }) => endpoint.name),
  );
  if (close === undefined) return error;
  const { code, message, cause, details } = error;
  return new NexusctlError(code, message, { hint: `did you mean ${close}?`, cause, details });
}
