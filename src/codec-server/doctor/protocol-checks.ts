import { statusAdvice } from './failure.ts';
import type { ProbeResult } from './probe.ts';
import { cliDeadline, uiBanner, type SeenAs } from './report.ts';
import { compareAnswer } from './compare.ts';
import { bodyOf, samples } from './samples.ts';
import type { Answered, Subject } from './subject.ts';
import { fromFailure, type Checks, type Verdict } from './verdict.ts';

/** Whether answers are what every client reads. */
export const answerChecks: Checks<Answered> = {
  passthrough: async (subject) => {
    const { authorization, namespace } = subject.options;
    const sent = Object.values(strangers);
    const answer = await subject.post('/decode', bodyOf(sent));
    if (!answer.ok) return fromFailure(answer, subject);
    if (answer.status !== 200) {
      const { message, fix, exit } = statusAdvice(answer.status, authorization !== undefined, namespace);
      const which = await whichOf(subject);
      return {
        status: 'fail',
        message: message + which,
        fix: which === '' ? fix : asItCame,
        exit,
        seenAs: answer.status < 300 ? { cli: cliDeadline } : { webUi: uiBanner, cli: cliDeadline },
      };
    }
    const { difference, strictness } = compareAnswer(answer.body, sent, Object.keys(strangers));
    if (difference === null)
      return { status: 'pass', message: `${String(sent.length)} of ${String(sent.length)}, in order` };
    return {
      status: 'fail',
      message: strictness ?? difference,
      fix: strictness === null ? asItCame : formFix(answer.body),
      seenAs: { webUi: 'wrong or missing values', cli: cliDeadline },
    };
  },
  'answer-form': async (subject) => {
    const sent = [samples.plain, samples.external, samples.bytes];
    const answer = await subject.post('/decode', bodyOf(sent));
    if (!answer.ok) return fromFailure(answer, subject);
    if (answer.status !== 200) return { status: 'skip', message: `HTTP ${String(answer.status)}` };
    const { strictness, spelling } = compareAnswer(answer.body, sent);
    if (strictness !== null)
      return {
        status: 'fail',
        message: strictness,
        fix: formFix(answer.body),
        seenAs: { cli: cliDeadline },
      };
    if (spelling !== null) return { ...spelling, fix: 'write what protojson writes: camelCase, standard base64' };
    const type = answer.headers.get('content-type') ?? '';
    return /^application\/json/i.test(type)
      ? { status: 'pass', message: 'proto3 JSON' }
      : { status: 'warn', message: `Content-Type is '${type}'`, fix: 'send Content-Type: application/json' };
  },
};

const asItCame = 'return every payload that is not yours as it came: mixed histories are normal';

function formFix(body: string): string {
  return /^\s*</.test(body)
    ? 'check the address, and let requests for it pass the login: clients send a header, not cookies'
    : 'answer {"payloads":[{"metadata":{"encoding":BASE64},"data":BASE64}]}, as protojson writes it, and nothing else';
}

const strangers = {
  'a plain payload': samples.plain,
  'a payload of an encoding it does not know': samples.unknown,
  'a payload with externalPayloads': samples.external,
  'a payload without data (binary/null)': samples.empty,
} as const;

/** Which of the strangers it refuses alone; empty when that is all of them, or none. */
async function whichOf({ post }: Subject): Promise<string> {
  const refused: string[] = [];
  for (const [name, payload] of Object.entries(strangers)) {
    const answer = await post('/decode', bodyOf([payload]));
    if (!answer.ok || answer.status !== 200) refused.push(name);
  }
  const some = refused.length > 0 && refused.length < Object.keys(strangers).length;
  return some ? ` for ${refused.join(', ')}` : '';
}

/** Whether the requests are taken that clients really send. */
export const requestChecks: Checks<Answered> = {
  'snake-case': (subject) =>
    expectOk(subject, subject.post('/decode', bodyOf([samples.snakeCase])), {
      what: 'external_payloads and size_bytes',
      seenAs: { cli: cliDeadline },
      fix: 'read both spellings: Go clients send these, other clients externalPayloads and sizeBytes',
      otherwise: 'fail',
    }),
  'ui-query': async ({ first, options, post }) => {
    const query = '/decode?preserveStorageRefs=true';
    if (first.status === 200) return { status: 'pass', message: query };
    const bare = await post('/decode', bodyOf([samples.plain]), { headers: { Origin: options.origin } });
    if (!bare.ok || bare.status !== 200) return { status: 'skip', message: 'it does not answer without it either' };
    return {
      status: 'fail',
      message: `HTTP ${String(first.status)} for ${query}, 200 without the query`,
      seenAs: { webUi: uiBanner },
      fix: 'compare the path alone',
    };
  },
  'double-slash': (subject) =>
    expectOk(subject, subject.post('//decode', bodyOf([samples.plain])), {
      what: 'an endpoint with a trailing slash, or with {namespace} and no namespace',
      seenAs: { webUi: uiBanner, cli: cliDeadline },
      fix: 'skip empty segments of the path, or leave the slash at the end of the address away',
      otherwise: 'warn',
    }),
  'empty-namespace': (subject) =>
    expectOk(subject, subject.post('/decode', bodyOf([samples.plain]), { headers: { 'X-Namespace': '' } }), {
      what: 'an empty X-Namespace, as `temporal workflow show` without -n sends it',
      seenAs: { cli: cliDeadline },
      fix: 'take a default for it (codec-server start --default-namespace NAME), or always give -n',
      otherwise: 'warn',
    }),
  size: (subject) => {
    const many = Array.from({ length: 100 }, () => samples.large);
    return expectOk(subject, subject.post('/decode', bodyOf(many)), {
      what: '100 payloads of 2 KiB in one request',
      seenAs: { webUi: uiBanner, cli: cliDeadline },
      fix: 'raise its body limit to 4 MiB (express: 100 KiB unless told, nginx: 1 MiB)',
      otherwise: 'warn',
    });
  },
};

interface Expectation {
  readonly what: string;
  readonly seenAs: SeenAs;
  readonly otherwise: 'warn' | 'fail';
  readonly fix: string;
}

async function expectOk(subject: Subject, sent: Promise<ProbeResult>, expected: Expectation): Promise<Verdict> {
  const { what, seenAs, otherwise, fix } = expected;
  const answer = await sent;
  if (answer.ok && answer.status === 200) return { status: 'pass', message: what };
  const plain = await subject.post('/decode', bodyOf([samples.plain]));
  if (!plain.ok) return fromFailure(plain, subject);
  if (plain.status !== 200) return { status: 'skip', message: 'it decodes nothing else either' };
  const told = answer.ok ? `HTTP ${String(answer.status)}` : fromFailure(answer, subject).message;
  return { status: otherwise, message: `${told} for ${what}`, seenAs, fix };
}
