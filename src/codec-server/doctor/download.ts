import { readPayloadJson } from '../../payload/json/form.ts';
import { isStorageReference } from '../../payload/model/storage.ts';
import { corsCheck, preflightCheck } from './browser.ts';
import { uiBanner } from './report.ts';
import { compareAnswer } from './compare.ts';
import { bodyOf, samples } from './samples.ts';
import type { Answered, Subject } from './subject.ts';
import { fromFailure, type Verdict } from './verdict.ts';

const path = '/download';
const uiDownload = `${path}?preserveStorageRefs=true`;

/** Whether the sample stands for a payload in external storage. @throws NexusctlError PAYLOAD_MALFORMED */
export function isReference(sample: string): boolean {
  const payload = readPayloadJson(Buffer.from(sample), 0);
  return isStorageReference(payload) || payload.metadata.has(marker);
}

/** What SDKs put on a reference that went through a codec. */
const marker = '__temporal_external_storage_reference';

/**
 * Whether the Web UI gets what lies in external storage: with a reference as the sample that very payload, else whether
 * what answers at /download is a codec server at all. It is no fault to have none.
 */
export async function checkDownload(subject: Answered): Promise<Verdict> {
  const { sample } = subject.options;
  return sample !== undefined && isReference(sample)
    ? fetchSample(subject, JSON.parse(sample) as object)
    : refuseOther(subject);
}

const fix = 'answer as codec-server start --resolve s3://BUCKET/PREFIX does, with the headers of /decode';

async function refuseOther(subject: Answered): Promise<Verdict> {
  const answer = await subject.fromPage(bodyOf([samples.plain]), uiDownload);
  if (!answer.ok) return fromFailure(answer, subject);
  const { status, headers, body } = answer;
  const told = `HTTP ${String(status)} for what is no reference`;
  if (status === 404 || status === 405)
    return { status: 'skip', message: `it serves no ${path}: references to external storage stay what they are` };
  if (status === 200) {
    const { strictness } = compareAnswer(body, []);
    return {
      status: 'warn',
      message: strictness === null ? told : `${told}, and ${strictness}`,
      fix: 'answer 400, or 404 when there is no storage',
    };
  }
  if (status === subject.first.status && status !== 400)
    return { status: 'skip', message: `HTTP ${String(status)}, as at /decode` };
  if (status !== 400) return { status: 'warn', message: told, fix: 'answer 400' };
  const unread = corsCheck(headers, subject.options.origin, subject.options.credentials);
  return unread === null
    ? { status: 'pass', message: 'it takes references only (HTTP 400)' }
    : { status: 'warn', message: `${told}, and ${unread.why}`, fix };
}

/** Twice in one request, so that the number of the answers is seen. */
async function fetchSample(subject: Subject, reference: object): Promise<Verdict> {
  const { fromPage, preflightOf, wanted } = subject;
  const { origin, credentials } = subject.options;
  const failed = (message: string): Verdict => ({ status: 'fail', message, fix, seenAs: { webUi: uiBanner } });
  const sent = [reference, reference];
  const answer = await fromPage(bodyOf(sent), uiDownload);
  if (!answer.ok) return fromFailure(answer, subject);
  if (answer.status !== 200) return failed(`HTTP ${String(answer.status)} for the reference at ${path}`);
  const { count, difference, strictness } = compareAnswer(answer.body, sent);
  if (difference === null) return failed('the reference came back as it was');
  if (strictness !== null || count !== sent.length) return failed(strictness ?? difference);
  const preflight = await preflightOf(origin, uiDownload);
  if (!preflight.ok) return fromFailure(preflight, subject);
  const refused = preflightCheck(preflight.status, preflight.headers, origin, wanted, credentials);
  if (refused !== null) return failed(`the preflight for ${path}: ${refused.why}`);
  const unread = corsCheck(answer.headers, origin, credentials);
  return unread === null ? { status: 'pass', message: 'the reference was fetched' } : failed(`${path}: ${unread.why}`);
}
