import { durationOf, readMessage, type Message } from '../protobuf/message.ts';

/** What a server says in grpc-status-details-bin beside the number and the text. */
export interface StatusDetails {
  /** Why it was denied, or which fields and quotas it is about. */
  readonly reason?: string;
  /** When it wants to be asked again. */
  readonly retryAfterMs?: number;
}

/**
 * grpc-status-details-bin is a google.rpc.Status: 3 holds details, each a google.protobuf.Any (1 type URL, 2 value).
 * Of google.rpc it may be a BadRequest (1: 1 field, 2 description), a QuotaFailure (1: 1 subject, 2 description), a
 * PreconditionFailure (1: 2 subject, 3 description) or a RetryInfo (1 delay); of temporal.api.errordetails.v1 a
 * PermissionDeniedFailure (1 reason). What cannot be read says nothing.
 */
export function statusDetails(encoded: string | undefined): StatusDetails {
  if (encoded === undefined) return {};
  try {
    const details = readMessage(Buffer.from(encoded, 'base64'))
      .all(3)
      .map(({ value }) => readMessage(value));
    const reasons = details.flatMap((any) => reasonsOf(typeOf(any), any.message(2)));
    const retry = details.find((any) => typeOf(any) === 'google.rpc.RetryInfo');
    const retryAfterMs = retry === undefined ? undefined : durationOf(retry.message(2), 1);
    return {
      ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  } catch {
    return {};
  }
}

function typeOf(any: Message): string {
  const url = any.text(1);
  return url.slice(url.lastIndexOf('/') + 1);
}

function reasonsOf(type: string, detail: Message): readonly string[] {
  const violations = (subject: number, description: number): readonly string[] =>
    detail.all(1).map(({ value }) => {
      const violation = readMessage(value);
      return [violation.text(subject), violation.text(description)].filter((text) => text !== '').join(': ');
    });
  switch (type) {
    case 'temporal.api.errordetails.v1.PermissionDeniedFailure':
      return detail.has(1) ? [detail.text(1)] : [];
    case 'google.rpc.BadRequest':
    case 'google.rpc.QuotaFailure':
      return violations(1, 2);
    case 'google.rpc.PreconditionFailure':
      return violations(2, 3);
    default:
      return [];
  }
}
