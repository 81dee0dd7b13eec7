import { isLoopbackHost } from '../../connectivity/address.ts';
import { statusAdvice } from './failure.ts';
import { cliDeadline, uiBanner } from './report.ts';
import { bodyOf, samples } from './samples.ts';
import type { Subject } from './subject.ts';
import { fromFailure, type Verdict } from './verdict.ts';

/** Whether it takes the credential that was given, and asks for one where others can reach it. */
export async function checkAuthentication(subject: Subject): Promise<Verdict> {
  const { post, url, options } = subject;
  const { namespace } = options;
  const plain = await post('/decode', bodyOf([samples.plain]));
  if (!plain.ok) return fromFailure(plain, subject);
  if (plain.status === 401 || plain.status === 403) {
    const { message, fix } = statusAdvice(plain.status, options.authorization !== undefined, namespace);
    return { status: 'fail', message, fix, exit: 4, seenAs: { webUi: uiBanner, cli: cliDeadline } };
  }
  if (options.authorization === undefined)
    return isLoopbackHost(new URL(url).hostname) || plain.status !== 200
      ? { status: 'pass', message: 'it asks for none' }
      : { status: 'warn', message: 'it decodes for anybody who can reach it', fix: 'require a token' };
  const [none, undefinedToken] = [
    await post('/decode', bodyOf([samples.plain]), { anonymous: true }),
    await post('/decode', bodyOf([samples.plain]), { headers: { Authorization: 'Bearer undefined' }, anonymous: true }),
  ];
  const open = [none, undefinedToken].find((answer) => answer.ok && answer.status === 200);
  return open === undefined
    ? { status: 'pass', message: 'it takes this credential and refuses a request without one' }
    : { status: 'warn', message: 'it answers without a credential too', fix: 'require the token' };
}
