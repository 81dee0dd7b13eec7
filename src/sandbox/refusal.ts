/** Names of gRPC statuses that the sandbox answers with (https://grpc.io/docs/guides/status-codes/). */
export type StatusName =
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

/** A call that the server answers with a status instead of a response. */
export interface Refusal extends Error {
  readonly status: StatusName;
}

export function refusal(status: StatusName, message: string): Refusal {
  return Object.assign(new Error(message), { status });
}

export function isRefusal(thrown: unknown): thrown is Refusal {
  return thrown instanceof Error && 'status' in thrown;
}
