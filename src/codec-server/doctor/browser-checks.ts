import { corsCheck, preflightCheck } from './browser.ts';
import { early, originsLetIn } from './preflight.ts';
import { uiBanner } from './report.ts';
import { bodyOf, samples } from './samples.ts';
import type { Answered } from './subject.ts';
import { fromFailure, type Checks } from './verdict.ts';

/** What a browser wants to see before it asks. */
export const preflightChecks: Checks<Answered> = {
  preflight: async (subject) => {
    const { preflightOf, wanted, options } = subject;
    const { origin, credentials } = options;
    const answer = await preflightOf(origin);
    if (!answer.ok) return fromFailure(answer, subject);
    const why = preflightCheck(answer.status, answer.headers, origin, wanted, credentials);
    if (why === null) return { status: 'pass', message: `allowed for ${origin}` };
    const others = answer.headers.has('access-control-allow-origin')
      ? []
      : await originsLetIn((page) => preflightOf(page), origin);
    return {
      status: 'fail',
      message: others.length > 0 ? `it refuses ${origin} and lets in ${others.join(', ')}` : why + early(answer.status),
      seenAs: { webUi: uiBanner },
      fix: `let ${origin} in (codec-server start --origin ${origin}) and allow ${wanted.join(', ')}`,
    };
  },
};

/** What a browser lets a page read. */
export const corsChecks: Checks<Answered> = {
  cors: ({ first, options: { origin, credentials } }) => {
    const why = corsCheck(first.headers, origin, credentials);
    if (why === null) return { status: 'pass', message: `readable for ${origin}` };
    return {
      status: 'fail',
      message: why,
      seenAs: { webUi: uiBanner },
      fix: `answer POST with Access-Control-Allow-Origin: ${origin}`,
    };
  },
  'cors-on-errors': async (subject) => {
    const answer = await subject.fromPage('{"payloads":');
    if (!answer.ok) return fromFailure(answer, subject);
    const why = corsCheck(answer.headers, subject.options.origin, subject.options.credentials);
    if (answer.status >= 500)
      return {
        status: 'warn',
        message: `HTTP ${String(answer.status)} for a broken body: some clients retry a 5xx`,
        fix: 'answer 400',
      };
    if (why === null) return { status: 'pass', message: `HTTP ${String(answer.status)} with CORS headers` };
    return {
      status: 'warn',
      message: `an error (HTTP ${String(answer.status)}): ${why}; the browser's console shows CORS instead of the status`,
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
