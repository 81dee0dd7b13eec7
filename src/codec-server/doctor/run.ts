import type { ExitCode } from '../../errors/exit-codes.ts';
import { isLoopbackHost } from '../../connectivity/address.ts';
import { checkAddress, checkLocalNetwork } from './address-checks.ts';
import { corsCheck, isMixedContent, preflightCheck } from './browser.ts';
import { failureOf, statusAdvice } from './failure.ts';
import { early, originsLetIn } from './preflight.ts';
import type { CodecProbe, ProbeResult } from './probe.ts';
import {
  checkTitles,
  cliDeadline,
  cliHangs,
  uiBanner,
  uiNull,
  uiSilent,
  type Check,
  type CheckId,
  type CodecReport,
  type SeenAs,
} from './report.ts';
import { bodyOf, compareAnswer, samples } from './samples.ts';
import { fromFailure, isNoCodec, type Verdict } from './verdict.ts';

export interface DoctorOptions {
  /** As a client is given it: `{namespace}` and a trailing slash included. */
  readonly endpoint: string;
  readonly namespace: string;
  /** Of the Web UI. */
  readonly origin: string;
  /** The whole Authorization header. */
  readonly authorization?: string | undefined;
  /** Other headers of the client (--codec-header), which may be secret too. */
  readonly headers: Readonly<Record<string, string>>;
  /** --allow-plaintext-key. */
  readonly plaintextHost?: string | undefined;
  /** The Web UI is told to pass the user's token on, or to send cookies. */
  readonly passToken: boolean;
  readonly credentials: boolean;
  readonly ca?: string | undefined;
  /** Proto3 JSON of an encrypted payload that the server should open. */
  readonly sample?: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Diagnosis {
  readonly report: CodecReport;
  readonly exitCode: ExitCode;
}

/** Examines a codec server as the Web UI, the `temporal` CLI and the Go SDK use it, and names what they hide. */
export async function diagnose(probe: CodecProbe, options: DoctorOptions, strict: boolean): Promise<Diagnosis> {
  const { endpoint, namespace, origin, passToken, credentials, timeoutMs, signal, ca } = options;
  const url = endpoint.replaceAll('{namespace}', encodeURIComponent(namespace));
  const base = url.replace(/\/+$/, '');
  const checks: Check[] = [];
  const exits = new Map<CheckId, ExitCode>();
  let stopped: string | null = null;

  const run = async (id: CheckId, work: () => Verdict | Promise<Verdict>): Promise<Verdict> => {
    const started = performance.now();
    const verdict: Verdict = stopped === null ? await work() : { status: 'skip', message: stopped };
    const { status, message } = verdict;
    const told = 'fix' in verdict || 'seenAs' in verdict ? verdict : undefined;
    checks.push({
      id,
      title: checkTitles[id],
      status,
      message,
      durationMs: Math.round(performance.now() - started),
      ...(told?.seenAs === undefined ? {} : { seenAs: told.seenAs }),
      ...(told?.fix === undefined ? {} : { fix: told.fix }),
    });
    if (verdict.status === 'fail') exits.set(id, verdict.exit ?? 1);
    signal.throwIfAborted();
    return verdict;
  };

  const credential: Record<string, string> = {
    ...options.headers,
    ...(options.authorization === undefined ? {} : { Authorization: options.authorization }),
  };
  const post = (path: string, body: string, extra: Readonly<Record<string, string>> = {}, anonymous = false) =>
    probe.send({
      url: path,
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Namespace': namespace, ...extra },
      credential: anonymous ? options.headers : credential,
      plaintextHost: options.plaintextHost,
      body,
      timeoutMs,
      ca,
      signal,
    });
  const fromPage = (body: string) => post(`${url}/decode?preserveStorageRefs=true`, body, { Origin: origin });

  await run('address', () => checkAddress(endpoint));
  await run('token-over-https', () => {
    if (!passToken) return { status: 'skip', message: 'only with --pass-token' };
    if (url.startsWith('https://')) return { status: 'pass', message: 'https' };
    return {
      status: 'fail',
      message:
        'told to pass the token on, the Web UI sends no request at all to an http endpoint, not even to localhost',
      seenAs: { webUi: uiNull },
      fix: 'serve it over https (codec-server start --server-cert … --server-key …), or do not pass the token',
    };
  });
  await run('mixed-content', () => {
    if (!isMixedContent(origin, url)) return { status: 'pass', message: `${origin} may call it` };
    const message = `a page of ${origin} may not call http on another machine: the browser blocks it`;
    return { status: 'fail', message, seenAs: { webUi: uiBanner }, fix: 'serve the codec server over https' };
  });

  const first = await fromPage(bodyOf([samples.plain]));
  await run('reach', () => {
    if (first.ok)
      return {
        status: 'pass',
        message: `HTTP ${String(first.status)} after ${first.ms.toFixed(0)} ms from ${first.remoteAddress}`,
      };
    const { message, fix, exit } = failureOf(first, url, timeoutMs);
    const hangs = first.stage === 'timeout' && first.connected;
    return {
      status: 'fail',
      message,
      fix,
      exit,
      seenAs: hangs ? { webUi: uiSilent, cli: cliHangs } : { webUi: uiBanner, cli: cliDeadline },
    };
  });
  if (!first.ok) stopped = 'it does not answer';
  await run('local-network', () => checkLocalNetwork(probe, origin, first));

  const wanted = ['content-type', 'x-namespace', ...(passToken ? ['authorization', 'authorization-extras'] : [])];
  const preflightOf = (page: string) =>
    probe.send({
      url: `${url}/decode?preserveStorageRefs=true`,
      method: 'OPTIONS',
      headers: {
        Origin: page,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': wanted.join(','),
        'Sec-Fetch-Mode': 'cors',
      },
      timeoutMs,
      ca,
      signal,
    });
  await run('preflight', async () => {
    const answer = await preflightOf(origin);
    if (!answer.ok) return fromFailure(answer, url, timeoutMs);
    const why = preflightCheck(answer.status, answer.headers, origin, wanted, credentials);
    if (why === null) return { status: 'pass', message: `allowed for ${origin}` };
    const others = answer.headers.has('access-control-allow-origin') ? [] : await originsLetIn(preflightOf, origin);
    return {
      status: 'fail',
      message: others.length > 0 ? `it refuses ${origin} and lets in ${others.join(', ')}` : why + early(answer.status),
      seenAs: { webUi: uiBanner },
      fix: `let ${origin} in (codec-server start --origin ${origin}) and allow ${wanted.join(', ')}`,
    };
  });

  const plain = await (stopped === null ? post(`${url}/decode`, bodyOf([samples.plain])) : first);
  const authentication = await run('authentication', async () => {
    if (!plain.ok) return fromFailure(plain, url, timeoutMs);
    if (plain.status === 401 || plain.status === 403) {
      const { message, fix } = statusAdvice(plain.status, options.authorization !== undefined, namespace);
      return { status: 'fail', message, fix, exit: 4, seenAs: { webUi: uiBanner, cli: cliDeadline } };
    }
    if (options.authorization === undefined)
      return isLoopbackHost(new URL(url).hostname) || plain.status !== 200
        ? { status: 'pass', message: 'it asks for none' }
        : { status: 'warn', message: 'it decodes for anybody who can reach it', fix: 'require a token' };
    const [none, undefinedToken] = [
      await post(`${url}/decode`, bodyOf([samples.plain]), {}, true),
      await post(`${url}/decode`, bodyOf([samples.plain]), { Authorization: 'Bearer undefined' }, true),
    ];
    const open = [none, undefinedToken].find((answer) => answer.ok && answer.status === 200);
    return open === undefined
      ? { status: 'pass', message: 'it takes this credential and refuses a request without one' }
      : { status: 'warn', message: 'it answers without a credential too', fix: 'require the token' };
  });
  if (authentication.status === 'fail' && stopped === null) stopped = 'it refuses this credential';

  await run('passthrough', async () => {
    const sent = [samples.plain, samples.unknown, samples.external, samples.empty];
    const answer = await post(`${url}/decode`, bodyOf(sent));
    if (!answer.ok) return fromFailure(answer, url, timeoutMs);
    if (answer.status !== 200) {
      const { message, fix, exit } = statusAdvice(answer.status, options.authorization !== undefined, namespace);
      return { status: 'fail', message, fix, exit, seenAs: { webUi: uiBanner, cli: cliDeadline } };
    }
    const why = compareAnswer(answer.body, sent).difference;
    if (why === null) return { status: 'pass', message: `${String(sent.length)} of ${String(sent.length)}, in order` };
    const fix = 'return every payload that is not yours as it came: mixed histories are normal';
    return { status: 'fail', message: why, fix, seenAs: { webUi: 'wrong or missing values', cli: cliDeadline } };
  });
  await run('answer-form', async () => {
    const answer = await post(`${url}/decode`, bodyOf([samples.plain, samples.external]));
    if (!answer.ok) return fromFailure(answer, url, timeoutMs);
    if (answer.status !== 200) return { status: 'skip', message: `HTTP ${String(answer.status)}` };
    const { strictness } = compareAnswer(answer.body, [samples.plain, samples.external]);
    if (strictness !== null)
      return {
        status: 'fail',
        message: strictness,
        fix: 'send proto3 JSON only: metadata, data, externalPayloads',
        seenAs: { cli: cliDeadline },
      };
    const type = answer.headers.get('content-type') ?? '';
    return /^application\/json/i.test(type)
      ? { status: 'pass', message: 'proto3 JSON' }
      : { status: 'warn', message: `Content-Type is '${type}'`, fix: 'send Content-Type: application/json' };
  });
  await run('cors', () => {
    if (!first.ok) return { status: 'skip', message: 'it does not answer' };
    const why = corsCheck(first.headers, origin, credentials);
    if (why === null) return { status: 'pass', message: `readable for ${origin}` };
    return {
      status: 'fail',
      message: why,
      seenAs: { webUi: uiBanner },
      fix: `answer POST with Access-Control-Allow-Origin: ${origin}`,
    };
  });
  await run('cors-on-errors', async () => {
    const answer = await fromPage('{"payloads":');
    if (!answer.ok) return fromFailure(answer, url, timeoutMs);
    const why = corsCheck(answer.headers, origin, credentials);
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
  });
  await run('foreign-origin', async () => {
    const foreign = 'https://nexusctl-test.invalid';
    const answer = await post(`${url}/decode`, bodyOf([samples.plain]), { Origin: foreign });
    if (!answer.ok) return fromFailure(answer, url, timeoutMs);
    const allowed = answer.headers.get('access-control-allow-origin');
    return allowed === foreign || allowed === '*'
      ? {
          status: 'warn',
          message: `any web page may read its answers (Access-Control-Allow-Origin: ${allowed})`,
          fix: 'allow the exact origin of the Web UI only',
        }
      : { status: 'pass', message: 'not readable for them' };
  });
  await run('snake-case', () =>
    expectOk(post(`${url}/decode`, bodyOf([samples.snakeCase])), 'external_payloads and size_bytes', {
      cli: cliDeadline,
    }),
  );
  await run('double-slash', () =>
    expectOk(
      post(`${base}//decode`, bodyOf([samples.plain])),
      'an endpoint with a trailing slash, or with {namespace} and no namespace',
      { webUi: uiBanner, cli: cliDeadline },
      true,
    ),
  );
  await run('empty-namespace', () =>
    expectOk(
      post(`${url}/decode`, bodyOf([samples.plain]), { 'X-Namespace': '' }),
      'an empty X-Namespace, as `temporal workflow show` without -n sends it',
      { cli: cliDeadline },
      true,
    ),
  );
  await run('size', () => {
    const many = Array.from({ length: 100 }, () => samples.large);
    return expectOk(
      post(`${url}/decode`, bodyOf(many)),
      '100 payloads of 2 KiB in one request',
      { webUi: uiBanner, cli: cliDeadline },
      true,
    );
  });
  await run('round-trip', () => roundTrip());
  const times: number[] = [];
  await run('latency', async () => {
    for (let round = 0; round < 10; round += 1) {
      const answer = await post(`${url}/decode`, bodyOf([samples.plain]));
      if (!answer.ok) return fromFailure(answer, url, timeoutMs);
      times.push(answer.ms);
    }
    times.sort((a, b) => a - b);
    const median = times[5] ?? 0;
    const message = `${median.toFixed(1)} ms a request (new connection each); a history of 1,000 events takes the CLI about ${((median * 1000) / 1000).toFixed(0)} s`;
    return median <= 100
      ? { status: 'pass', message }
      : {
          status: 'warn',
          message,
          fix: 'run it nearer, or decode with keys of your own: nexusctl payload decode --workflow-id …',
        };
  });

  const failures = checks.filter(({ status }) => status === 'fail');
  // Where no codec answers at all, what a browser would miss there is beside the point.
  const unmet = isNoCodec(first) ? failures.find(({ id }) => id === 'passthrough') : undefined;
  const failed = unmet ?? failures[0];
  const warned = checks.some(({ status }) => status === 'warn');
  const ok = failed === undefined && !(strict && warned);
  const median = times[5];
  return {
    report: {
      url,
      origin,
      namespace,
      ok,
      primary:
        failed === undefined
          ? null
          : { check: failed.id, summary: failed.message, ...(failed.fix === undefined ? {} : { fix: failed.fix }) },
      checks,
      ...(median === undefined ? {} : { latencyMs: { median, slowest: times.at(-1) ?? median } }),
      warnings: [],
    },
    exitCode: (failed === undefined ? undefined : exits.get(failed.id)) ?? (ok ? 0 : 1),
  };

  async function expectOk(sent: Promise<ProbeResult>, what: string, seenAs: SeenAs, mild = false): Promise<Verdict> {
    const answer = await sent;
    if (!answer.ok) return fromFailure(answer, url, timeoutMs);
    if (answer.status === 200) return { status: 'pass', message: what };
    return { status: mild ? 'warn' : 'fail', message: `HTTP ${String(answer.status)} for ${what}`, seenAs };
  }

  async function roundTrip(): Promise<Verdict> {
    if (options.sample !== undefined) {
      const answer = await post(`${url}/decode`, `{"payloads":[${options.sample}]}`);
      if (!answer.ok) return fromFailure(answer, url, timeoutMs);
      if (answer.status !== 200)
        return {
          status: 'fail',
          message: `HTTP ${String(answer.status)} for the sample payload`,
          seenAs: { webUi: uiBanner, cli: cliDeadline },
          fix: 'look at its log: a wrong key, a wrong context or a damaged payload',
        };
      return compareAnswer(answer.body, [JSON.parse(options.sample) as object]).difference === null
        ? {
            status: 'fail',
            message: `the sample payload came back as it was: it holds no key for it in namespace '${namespace}'`,
            seenAs: { webUi: uiSilent },
            fix: 'compare `nexusctl payload inspect` of the sample with its keyring',
          }
        : { status: 'pass', message: 'the sample payload was opened' };
    }
    const encoded = await post(`${url}/encode`, bodyOf([samples.plain]));
    if (!encoded.ok) return fromFailure(encoded, url, timeoutMs);
    if (encoded.status !== 200)
      return {
        status: 'skip',
        message: `no sample payload (--payload FILE), and /encode is off (HTTP ${String(encoded.status)}), as it should be`,
      };
    const decoded = await post(`${url}/decode`, encoded.body);
    if (!decoded.ok) return fromFailure(decoded, url, timeoutMs);
    const why =
      decoded.status === 200
        ? compareAnswer(decoded.body, [samples.plain]).difference
        : `HTTP ${String(decoded.status)}`;
    return why === null
      ? { status: 'pass', message: 'encoded and decoded again' }
      : {
          status: 'fail',
          message: `what it encodes it does not decode: ${why}`,
          fix: 'compare its active key with the keys it reads with',
        };
  }
}
