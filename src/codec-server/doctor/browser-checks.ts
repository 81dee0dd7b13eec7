import { corsCheck, preflightCheck, type Refusal } from './browser.ts';
import { early, originsLetIn } from './preflight.ts';
import { uiBanner } from './report.ts';
import { bodyOf, samples } from './samples.ts';
import { bareDecode, uiDecode, type Answered } from './subject.ts';
import { fromFailure, type Checks, type Verdict } from './verdict.ts';

/** What a browser wants to see before it asks. */
export const preflightChecks: Checks<Answered> = {
  preflight: async (subject) => {
    const { preflightOf, wanted, options } = subject;
    const { origin, credentials } = options;
    const answer = await preflightOf(origin);
    if (!answer.ok) return fromFailure(answer, subject);
    const refusal = preflightCheck(answer.status, answer.headers, origin, wanted, credentials);
    if (refusal === null) return { status: 'pass', message: `allowed for ${origin}` };
    const failed = ({ why, fix }: Refusal): Verdict => ({
      status: 'fail',
      message: why,
      seenAs: { webUi: uiBanner },
      fix,
    });
    if (answer.headers.has('access-control-allow-origin')) return failed(refusal);
    const bare = await preflightOf(origin, bareDecode);
    if (bare.ok && preflightCheck(bare.status, bare.headers, origin, wanted, credentials) === null)
      return failed({
        why: `HTTP ${String(answer.status)} for ${uiDecode}, allowed without the query`,
        fix: 'compare the path alone',
      });
    const others = await originsLetIn((page) => preflightOf(page), origin);
    if (others.length === 0) return failed({ ...refusal, why: refusal.why + early(answer.status) });
    return failed({
      why: `it refuses ${origin} and lets in ${others.join(', ')}`,
      fix: `let ${origin} in (codec-server start --origin ${origin})`,
    });
  },
};

/** What a browser lets a page read. */
export const corsChecks: Checks<Answered> = {
  cors: ({ first, options: { origin, credentials } }) => {
    const refusal = corsCheck(first.headers, origin, credentials);
    if (refusal === null) return { status: 'pass', message: `readable for ${origin}` };
    return { status: 'fail', message: refusal.why, seenAs: { webUi: uiBanner }, fix: `POST: ${refusal.fix}` };
  },
  'cors-on-errors': async (subject) => {
    const answer = await subject.fromPage('{"payloads":');
    if (!answer.ok) return fromFailure(answer, subject);
    const refusal = corsCheck(answer.headers, subject.options.origin, subject.options.credentials);
    if (answer.status >= 500)
      return {
        status: 'warn',
        message: `HTTP ${String(answer.status)} for a broken body: some clients retry a 5xx`,
        fix: 'answer 400',
      };
    if (refusal === null) return { status: 'pass', message: `HTTP ${String(answer.status)} with CORS headers` };
    return {
      status: 'warn',
      message: `an error (HTTP ${String(answer.status)}): ${refusal.why}; the browser's console shows CORS instead of the status`,
      fix: 'set the CORS headers before anything can fail',
    };
  },
  'foreign-origin': async (subject) => {
    const foreign = 'https://nexusctl-test.invalid';
    const answer = await subject.post('/decode', bodyOf([samples.plain]), { headers: { Origin: foreign } });
    if (!answer.ok) return fromFailure(answer, subject);
    const allowed = answer.headers.get('access-control-allow-origin');
    return allowed === foreign || allowed === '*'
      ? {
          status: 'warn',
          message: `any web page may read its answers (Access-Control-Allow-Origin: ${allowed})`,
          fix: 'allow the exact origin of the Web UI only',
        }
      : { status: 'pass', message: 'not readable for them' };
  },
};
