import type { Context } from '../../context.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { sandboxNotice } from '../../views/sandbox.ts';
import type { Command } from '../commander.ts';
import { collect, examples, parseCount, parseDuration } from '../options.ts';
import { holdSignals } from './signals.ts';

/** What shells answer for a command that is not there or cannot be run. */
const notStartedWords = { 'not-found': 'there is no such command', 'not-executable': 'it is no program' } as const;
const notStartedCodes = { 'not-found': 127, 'not-executable': 126 } as const;

export function sandboxRun(command: Command, context: Context) {
  return command
    .argument('<command...>', 'the command and its arguments, after --')
    .passThroughOptions()
    .option('--fault <name[=count]>', 'inject a fault (repeatable; `sandbox start --list-faults` shows them)', collect)
    .option('--self-hosted', 'a self-hosted cluster instead of a Cloud account')
    .option('--namespace <name>', 'a namespace of the account (repeatable; the first is TEMPORAL_NAMESPACE)', collect)
    .option('--operation-time <duration>', 'how long an asynchronous operation takes', parseDuration)
    .option('--endpoint-limit <count>', 'endpoints that the account may have (default: 100)', parseCount)
    .option('--command-timeout <duration>', 'bound on the whole command, e.g. 30s', parseDuration)
    .option('-q, --quiet', 'do not say on stderr that this is a rehearsal')
    .addHelpText(
      'after',
      examples(
        ['is everything as it should be?', 'nexusctl sandbox run -- nexusctl connect-test'],
        ['rehearse a script of your pipeline', 'nexusctl sandbox run -- ./allow-callers.sh'],
        ['… against a write that somebody else wins', 'nexusctl sandbox run --fault conflict -- ./allow-callers.sh'],
        ['try things out', 'nexusctl sandbox run -- bash'],
      ),
    )
    .action(async (argv, options) => {
      const door = await context.ports.sandbox();
      const signals = holdSignals(context);
      const { selfHosted, fault: faults, namespace: namespaces, operationTime: operationMs, endpointLimit } = options;
      try {
        const sandbox = await door.start({ selfHosted, faults, namespaces, operationMs, endpointLimit });
        try {
          if (signals.seen() !== undefined) {
            context.outcome.exitCode = exitCodes.interrupted;
            return;
          }
          if (options.quiet !== true) await context.stderr.write(`${sandboxNotice(sandbox)}\n`).catch(() => undefined);
          const end = await door.run(sandbox, {
            command: argv,
            environment: context.env,
            cwd: context.cwd,
            terminal: context.stdin.isTTY === true,
            onSignal: signals.each,
            signal: context.signal,
          });
          context.signal.throwIfAborted();
          if (end.kind === 'not-started')
            await context.stderr.write(`error: cannot run ${argv[0] ?? ''}: ${notStartedWords[end.reason]}\n`);
          context.outcome.exitCode = end.kind === 'exited' ? end.exitCode : notStartedCodes[end.reason];
        } finally {
          await sandbox.close();
        }
      } finally {
        signals.release();
      }
    });
}
