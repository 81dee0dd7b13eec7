import { isLoopback } from './address.ts';
import type { CheckInput } from './check.ts';
import type { Session } from './net.ts';

/**
 * The headers of a call. Credentials (the API key and grpc_meta) go out only over the very socket that verified the
 * configured name, or in clear to loopback by connected address when the host was named (security.md 1).
 */
export function callHeaders(input: CheckInput, session: Session): Readonly<Record<string, string>> {
  if (!mayCarryCredentials(input, session)) return {};
  const { profile } = input.subject;
  const headers: Record<string, string> = {};
  const apiKey = input.evidence('token')?.apiKey;
  if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`;
  for (const { name, value } of profile.grpcMeta)
    if (/^[0-9a-z_.-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value)) headers[name] = value;
  return headers;
}

export function mayCarryCredentials({ subject, evidence }: CheckInput, session: Session): boolean {
  const { profile } = subject;
  if (profile.tls.disableHostVerification?.value === true) return false;
  if (session.verified) return true;
  const allowed = profile.plaintextKeyHost?.value;
  return (
    allowed !== undefined &&
    allowed === evidence('address')?.host &&
    !session.proxied &&
    isLoopback(session.remoteAddress)
  );
}
