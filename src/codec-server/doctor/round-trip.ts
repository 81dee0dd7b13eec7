import { isReference } from './download.ts';
import { cliDeadline, uiBanner, uiSilent } from './report.ts';
import { compareAnswer } from './compare.ts';
import { bodyOf, samples } from './samples.ts';
import type { Subject } from './subject.ts';
import { fromFailure, type Verdict } from './verdict.ts';

/** Whether it opens an encrypted payload: the one given, else one that it encrypts itself. */
export function checkRoundTrip(subject: Subject): Promise<Verdict> {
  const { sample } = subject.options;
  if (sample === undefined) return encodeAndDecode(subject);
  if (isReference(sample))
    return Promise.resolve({ status: 'skip', message: 'the sample stands for a payload in external storage' });
  return decodeSample(subject, sample);
}

async function decodeSample(subject: Subject, sample: string): Promise<Verdict> {
  const { post, options } = subject;
  const { namespace } = options;
  const answer = await post('/decode', `{"payloads":[${sample}]}`);
  if (!answer.ok) return fromFailure(answer, subject);
  if (answer.status !== 200)
    return {
      status: 'fail',
      message: `HTTP ${String(answer.status)} for the sample payload`,
      seenAs: { webUi: uiBanner, cli: cliDeadline },
      fix: 'look at its log: a wrong key, a wrong context or a damaged payload',
    };
  return compareAnswer(answer.body, [JSON.parse(sample) as object]).difference === null
    ? {
        status: 'fail',
        message: `the sample payload came back as it was: it holds no key for it in namespace '${namespace}'`,
        seenAs: { webUi: uiSilent },
        fix: 'compare `nexusctl payload inspect` of the sample with its keyring',
      }
    : { status: 'pass', message: 'the sample payload was opened' };
}

async function encodeAndDecode(subject: Subject): Promise<Verdict> {
  const { post } = subject;
  const encoded = await post('/encode', bodyOf([samples.plain]));
  if (!encoded.ok) return fromFailure(encoded, subject);
  if (encoded.status !== 200)
    return {
      status: 'skip',
      message: `no sample payload (--payload FILE), and it does not encode (HTTP ${String(encoded.status)}), which viewing does not need`,
    };
  const decoded = await post('/decode', encoded.body);
  if (!decoded.ok) return fromFailure(decoded, subject);
  const why =
    decoded.status === 200 ? compareAnswer(decoded.body, [samples.plain]).difference : `HTTP ${String(decoded.status)}`;
  return why === null
    ? { status: 'pass', message: 'encoded and decoded again' }
    : {
        status: 'fail',
        message: `what it encodes it does not decode: ${why}`,
        fix: 'compare its active key with the keys it reads with',
      };
}
