import { randomUUID } from 'node:crypto';
import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import type { Writing } from '../../endpoints/write.ts';
import { makeProgress } from '../../output/progress.ts';
import { Option } from '../commander.ts';
import { parseDuration } from '../options.ts';

/** What every command that changes endpoints has. */
export function withWriting<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return withAnswers(command)
    .addOption(
      new Option('--wait <duration>', 'how long to wait until it is in use')
        .argParser(parseDuration)
        .default(60_000, '60s'),
    )
    .addOption(new Option('--async', 'do not wait: print the operation and go').conflicts('wait'))
    .addOption(new Option('--resource-version <version>', 'the version you have seen; another one is a conflict'))
    .addOption(new Option('--request-id <id>', 'idempotency key; the same one is never done twice (default: random)'))
    .addOption(new Option('--force', 'write names that are not registered'));
}

/** A dry run, and the answers of who cannot be asked. */
export function withAnswers<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .addOption(new Option('--dry-run', 'show what would be done'))
    .addOption(new Option('-y, --yes', 'answer every question with yes'))
    .addOption(new Option('--no-input', 'never ask'));
}

interface WritingOptions {
  readonly dryRun?: true | undefined;
  readonly wait: number;
  readonly async?: true | undefined;
  readonly resourceVersion?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Runs a write with a line of progress on the terminal that goes away at its end. */
export async function whileWriting<T>(
  context: Context,
  options: WritingOptions,
  work: (writing: Writing) => Promise<T>,
): Promise<T> {
  const progress = makeProgress(context);
  try {
    return await work({
      dryRun: options.dryRun === true,
      requestId: options.requestId ?? randomUUID(),
      resourceVersion: options.resourceVersion,
      waitMs: options.async === true ? 0 : options.wait,
      now: context.now,
      signal: context.signal,
      sleep,
      progress: progress.show,
    });
  } finally {
    progress.clear();
  }
}

/** The same; what `work` returns is said when the line of progress has gone. */
export async function writeThenSay(
  context: Context,
  options: WritingOptions,
  work: (writing: Writing) => Promise<(() => Promise<void>) | undefined>,
): Promise<void> {
  const say = await whileWriting(context, options, work);
  await say?.();
}

/** Rejects with the signal's reason as soon as it aborts. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', abort, { once: true });
  });
}
