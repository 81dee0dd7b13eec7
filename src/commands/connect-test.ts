import { allChecks } from '../connectivity/all-checks.ts';
import { catalogue } from '../connectivity/catalogue.ts';
import type { CheckId, Report } from '../connectivity/check.ts';
import { sdks } from '../connectivity/sdk.ts';
import type { Observer } from '../connectivity/run.ts';
import { subjectOf } from '../connectivity/subject.ts';
import { testConnection } from '../connectivity/test.ts';
import type { Context } from '../context.ts';
import { combineExitCodes, exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { emit } from '../output/emit.ts';
import { makeProgress } from '../output/progress.ts';
import { escapeDeep } from '../output/escape.ts';
import { listProfiles } from '../profile/list.ts';
import { loadSources } from '../profile/load.ts';
import { checkListView, connectTestView, connectTestsView } from '../views/connect-test/view.ts';
import { Option, type Command } from './commander.ts';
import { examples, parseDuration, withOutput } from './options.ts';
import { examineProfile, withConnection } from './profile-of.ts';
import { secretsOf } from './secrets-of.ts';
import { seenContext, withOtherEyes } from './seen-context.ts';

const day = 86_400_000;

export function connectTest(command: Command, outer: Context): unknown {
  return withOtherEyes(withConnection(withOutput(command, 'text', 'json', 'jsonl', 'junit', 'sarif', 'github')))
    .addOption(new Option('--only <checks>', 'run these and what they need').argParser(checkIds))
    .addOption(new Option('--skip <checks>', 'leave these out').argParser(checkIds))
    .option('--list', 'print the checks and stop')
    .addOption(new Option('--timeout <duration>', 'bound on the test').argParser(parseDuration).default(10_000, '10s'))
    .addOption(
      new Option('--step-timeout <duration>', 'bound on one check').argParser(parseDuration).default(4000, '4s'),
    )
    .addOption(new Option('--retry <duration>', 'repeat what is transient for so long').argParser(parseDuration))
    .option('--deep', 'also message size, idle connections and long polls (takes minutes)')
    .addOption(
      new Option('--idle <duration>', 'with --deep: how long a connection must last without traffic')
        .argParser(parseDuration)
        .default(70_000, '70s'),
    )
    .option('--cloud', 'the Cloud control plane as well: reachability, identity, one page of endpoints')
    .option('--offline', 'local checks only: no packet is sent')
    .option('--all-profiles', 'test every profile of the configuration files')
    .addOption(new Option('--sdk <name>', 'the SDK whose prediction decides').choices(sdks))
    .addOption(
      new Option('--expires-in <duration>', 'warn when a certificate (30d) or API key (14d) ends sooner').argParser(
        parseDuration,
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['test what the profile or the environment says', 'nexusctl connect-test'],
        ['another server, and wait for it to come up', 'nexusctl connect-test --address localhost:7233 --retry 60s'],
        ['will a Python, .NET, Ruby or TypeScript worker connect?', 'nexusctl connect-test --sdk core'],
        ['in CI, as a JUnit report', 'nexusctl connect-test --all-profiles -o junit > report.xml'],
      ),
    )
    .action(async (options) => {
      const context = await seenContext(outer, options);
      if (options.list === true) {
        const items = allChecks.map(({ id, title, layer, needs, deep }) => ({
          id,
          title,
          layer,
          needs,
          deep: deep === true,
        }));
        await emit(context, options, checkListView, { items, warnings: [] });
        return;
      }
      const one = (profile?: string): Promise<Report> =>
        testOne(context, profile === undefined ? options : { ...options, profile });
      if (options.allProfiles !== true) {
        const report = await one();
        await emit(context, options, connectTestView, report, exitCodeOf(report));
        return;
      }
      const { sources } = await loadSources(await context.ports.files(), context, options);
      const names = listProfiles(sources).map(({ name }) => name);
      if (names.length === 0)
        throw new NexusctlError('PROFILE_NOT_FOUND', 'the configuration files have no profile', {
          hint: 'see where they are looked for: nexusctl config path',
        });
      const results: Report[] = [];
      for (const name of names) results.push(await one(name));
      await emit(
        context,
        options,
        connectTestsView,
        { results, warnings: [] },
        combineExitCodes(results.map(exitCodeOf)),
      );
    });
}

type Options = Parameters<typeof examineProfile>[1] & {
  readonly only?: readonly CheckId[];
  readonly skip?: readonly CheckId[];
  readonly timeout: number;
  readonly stepTimeout: number;
  readonly retry?: number;
  readonly deep?: true;
  readonly idle: number;
  readonly offline?: true;
  readonly cloud?: true;
  readonly sdk?: (typeof sdks)[number];
  readonly expiresIn?: number;
  readonly strict?: boolean;
  readonly output: string;
};

async function testOne(context: Context, options: Options): Promise<Report> {
  const endsAt = performance.now() + (options.retry ?? 0);
  for (;;) {
    const report = await testOnce(context, options);
    const left = endsAt - performance.now();
    if (report.ok || left <= 0 || report.primary === null || !transient.has(report.primary.code)) return report;
    await pause(Math.min(1000, left), context.signal);
  }
}

/** What may go away by itself. */
const transient = new Set<string>([
  'TCP001',
  'TCP002',
  'TCP003',
  'TCP006',
  'TCP008',
  'DNS001',
  'DNS002',
  'H2002',
  'H2003',
  'H2004',
  'RPC004',
  'RPC007',
  'RPC008',
  'RPC010',
  'TMP001',
  'PRX001',
  'PRX004',
  'TLS014',
  'NSP001',
  'CFG001',
  'ADR010',
]);

async function testOnce(context: Context, options: Options): Promise<Report> {
  const profile = await examineProfile(context, options);
  const files = await context.ports.files();
  const secrets = secretsOf(context, options);
  const subject = await subjectOf(profile, {
    secrets,
    files,
    env: context.env,
    platform: context.platform,
    home: context.home,
    cwd: context.cwd,
    idleMs: options.idle,
    now: context.now(),
    certificateExpiryMs: options.expiresIn ?? 30 * day,
    keyExpiryMs: options.expiresIn ?? 14 * day,
    sdk: options.sdk ?? null,
    strict: options.strict === true,
    withCloud: options.cloud === true,
  });
  const progress = progressOn(context, options);
  const report = await testConnection({
    subject,
    net: await context.ports.net(),
    version: context.version,
    signal: context.signal,
    timeoutMs: Math.max(options.timeout, deepMs(options)),
    stepTimeoutMs: options.stepTimeout,
    only: options.only ?? [],
    skip: options.skip ?? [],
    deep: options.deep === true,
    offline: options.offline === true,
    clock: context.now,
    observer: progress.observer,
  });
  progress.clear();
  // A server may send a key back in its own words.
  const whole = { ...report, checks: placed(report.checks, context), warnings: secrets.warnings() };
  return escapeDeep(whole, context.redactor.redact);
}

/** What the checks of --deep may take, whether all are asked for or some by name. */
function deepMs({ deep, only, idle }: Options): number {
  const wanted = allChecks.filter((check) => check.deep === true && (deep === true || only?.includes(check.id)));
  return wanted.length === 0 ? 0 : 230_000 + idle;
}

/** Files below the working folder by their relative path: that is what a code host knows them by. */
function placed(checks: Report['checks'], { cwd }: Context): Report['checks'] {
  const inside = (file: string): string => (file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file);
  return checks.map((check) => ({
    ...check,
    findings: check.findings.map((found) =>
      found.location === undefined
        ? found
        : { ...found, location: { ...found.location, file: inside(found.location.file) } },
    ),
  }));
}

function exitCodeOf({ ok, primary }: Report): ExitCode {
  if (ok) return exitCodes.ok;
  if (primary === null || primary.severity === 'warning') return exitCodes.no;
  return exitCodes[catalogue[primary.code].exit];
}

function checkIds(text: string): readonly CheckId[] {
  return text.split(',').map((id) => {
    const check = allChecks.find((candidate) => candidate.id === id.trim());
    if (check === undefined)
      throw new NexusctlError('USAGE', `there is no check '${id.trim()}'`, {
        hint: 'nexusctl connect-test --list names them',
      });
    return check.id;
  });
}

/** The check that is running, on a terminal only and gone when the report is printed. */
function progressOn(
  context: Context,
  { output }: Options,
): { readonly observer: Observer; readonly clear: () => void } {
  const { show, clear } = makeProgress(context, output === 'text');
  return { observer: { started: ({ title }) => show(title), finished: () => undefined }, clear };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  signal.throwIfAborted();
}
