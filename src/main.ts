import type { Command } from './commands/commander.ts';
import { contents } from './contents.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './errors/exit-codes.ts';
import { NexusctlError } from './errors/nexusctl-error.ts';
import { buildProgram } from './program.ts';
import { errorJson, errorText } from './views/error.ts';

/**
 * Runs one command line.
 * @param argv the arguments after the program's name
 * @returns the exit code; never throws: this is the one catch
 */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  const program = buildProgram(context);
  // A key that was typed where its path belongs: every line of it is a secret from now on.
  for (const argument of argv)
    if (context.redactor.hide(argument).startsWith('[redacted]')) context.redactor.add(argument);
  try {
    await program.command.parseAsync(normalise(argv), { from: 'user' });
    return context.outcome.exitCode;
  } catch (thrown) {
    if (!isHelp(thrown)) return await report(thrown, argv, context, program.command);
  }
  try {
    await context.stdout.write(program.printed());
    return exitCodes.ok;
  } catch (thrown) {
    return await report(thrown, argv, context, program.command);
  }
}

/** `help X Y` and `X help Y` are `X Y --help`; nothing at all is help too. */
function normalise(given: readonly string[]): string[] {
  const argv = given.map(plainBoolean);
  if (argv.length === 0) return ['--help'];
  const at = argv.findIndex((argument) => !argument.startsWith('-'));
  const asked = contents.some((entry) => 'verbs' in entry && entry.name === argv[at]) ? [at, at + 1] : [at];
  const help = asked.find((place) => argv[place] === 'help');
  return help === undefined ? [...argv] : [...argv.slice(0, help), ...argv.slice(help + 1), '--help'];
}

/** `--tls=false`, as the temporal CLI writes it, is `--no-tls` here. */
function plainBoolean(argument: string): string {
  const found = /^--(tls|tls-disable-host-verification)=(true|false|1|0)$/.exec(argument);
  if (found === null) return argument;
  return `--${/^(true|1)$/.test(found[2] ?? '') ? '' : 'no-'}${found[1] ?? ''}`;
}

async function report(thrown: unknown, argv: readonly string[], context: Context, command: Command): Promise<ExitCode> {
  if (isCode(thrown, 'EPIPE')) return exitCodes.ok;
  const reason: unknown = context.signal.aborted ? context.signal.reason : thrown;
  const error = reason instanceof NexusctlError ? reason : thrown;
  const known = error instanceof NexusctlError ? error : await wordCommander(error, command, argv);
  const { redact } = context.redactor;
  const text = wantsJson(argv) ? errorJson(known ?? error, redact) : errorText(known ?? error, redact);
  await context.stderr.write(`${text}\n`).catch(() => undefined);
  return known?.exitCode ?? exitCodes.bug;
}

/** Commander throws usage errors of its own; they become ours, with a suggestion, outside the fast path. */
async function wordCommander(
  error: unknown,
  command: Command,
  argv: readonly string[],
): Promise<NexusctlError | undefined> {
  const { usageError } = await import('./commands/usage-error.ts');
  return usageError(error, command, argv);
}

/** --help, --version and a noun without its verb leave commander by a throw. */
function isHelp(thrown: unknown): boolean {
  return ['commander.help', 'commander.helpDisplayed', 'commander.version'].some((code) => isCode(thrown, code));
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The command line may be too broken to parse, so the wish for JSON is read off the arguments themselves. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some((argument, index) => {
    if (/^(-o|--output=)jsonl?$/.test(argument)) return true;
    return (argument === '-o' || argument === '--output') && /^jsonl?$/.test(argv[index + 1] ?? '');
  });
}
