import type { CheckInput } from './check.ts';
import { finding, type Finding } from './finding.ts';
import type { UnaryResult } from './net.ts';
import { excerpt } from './wire-words.ts';

const skewLimitMs = 60_000;

/** Words of JWT libraries for a token whose first moment has not come on the other side. */
const tooEarly = /\bused before issued\b|\bnot valid yet\b|\bnot yet valid\b|\bissued in the future\b|\bimmature\b/i;

/**
 * A token is only as valid as the clocks agree: the words of the refusal say it, or the `date` header that an
 * intermediary adds. Null when neither does, or when no token was sent.
 */
export function skewed({ headers, grpcMessage }: UnaryResult, input: CheckInput): Finding | null {
  if (input.evidence('token')?.apiKey === undefined) return null;
  const skewMs = Date.parse(headers['date'] ?? '') - input.subject.now.getTime();
  if (Math.abs(skewMs) >= skewLimitMs) {
    const seconds = String(Math.round(Math.abs(skewMs) / 1000));
    const word = skewMs > 0 ? 'behind' : 'ahead of';
    return finding('AUT002', `the credential is refused, and the clock here is ${seconds} s ${word} the server's`, {
      evidence: { skewMs },
    });
  }
  const words = excerpt(grpcMessage ?? '');
  if (!tooEarly.test(words)) return null;
  return finding('AUT002', `the server finds the API key too young, so its clock is behind the issuer's: "${words}"`, {
    evidence: { grpcMessage: words },
  });
}
