import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { faultsView, sandboxView } from '../../views/sandbox.ts';
import type { Command } from '../commander.ts';
import { collect, examples, parseCount, parseDuration, withOutput } from '../options.ts';
import { holdSignals } from './signals.ts';

export function sandboxStart(command: Command, context: Context) {
  return withOutput(command, 'text', 'json')
    .option('--fault <name[=count]>', 'inject a fault (repeatable)', collect)
    .option('--list-faults', 'show the faults and end')
    .option('--self-hosted', 'a self-hosted cluster instead of a Cloud account')
    .option('--namespace <name>', 'a namespace of the account (repeatable; the first is TEMPORAL_NAMESPACE)', collect)
    .option('--operation-time <duration>', 'how long an asynchronous operation takes', parseDuration)
    .option('--endpoint-limit <count>', 'endpoints that the account may have (default: 100)', parseCount)
    .addHelpText(
      'after',
      examples(
        ['a rehearsal account until Ctrl-C; the block that is printed is for a shell', 'nexusctl sandbox start'],
        ['the same for a script, on one line', 'nexusctl sandbox start -o json'],
        ['rehearse a conflict on the next two writes', 'nexusctl sandbox start --fault conflict=2'],
        ['what can be injected', 'nexusctl sandbox start --list-faults'],
      ),
    )
    .action(async (options) => {
      const door = await context.ports.sandbox();
      if (options.listFaults === true) {
        const items = door.faults.map(({ name, summary, count }) => ({ name, summary, ...(count ? { count } : {}) }));
        await emit(context, options, faultsView, { items, warnings: [] });
        return;
      }
      const signals = holdSignals(context);
      const { selfHosted, fault: faults, namespace: namespaces, operationTime: operationMs, endpointLimit } = options;
      try {
        const sandbox = await door.start({ selfHosted, faults, namespaces, operationMs, endpointLimit });
        try {
          const output = options.output === 'json' ? 'jsonl' : options.output;
          await emit(context, { ...options, output }, sandboxView, sandbox);
          // A signal is how a server is told to stop: that it did is a clean end (exit 0), as codec-server start has it.
          await signals.first;
          if (signals.seen() === undefined) context.signal.throwIfAborted();
        } finally {
          await sandbox.close();
        }
      } finally {
        signals.release();
      }
    });
}
