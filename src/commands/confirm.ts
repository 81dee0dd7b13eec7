import type { Context } from '../context.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { escapeTerminalBlock } from '../output/escape.ts';
import { wrapLine } from '../output/wrap.ts';

interface Answers {
  readonly yes?: boolean | undefined;
  /** Commander's form of --no-input. */
  readonly input: boolean;
}

/** A question before something that cannot be taken back. */
export interface Question {
  /** What will happen, in lines for a person. */
  readonly text: string;
  /** It has been told already: only the question is asked. */
  readonly told?: boolean;
  /** The word to type for the dangerous ones; without it y or N. */
  readonly word?: string;
}

/**
 * Asks on the terminal.
 * @throws NexusctlError CONFIRMATION_NEEDED without a terminal or with --no-input, CANCELLED when it is declined
 */
export async function confirm(context: Context, answers: Answers, question: Question): Promise<void> {
  if (answers.yes === true) return;
  const { stdin, stderr, signal } = context;
  if (!answers.input || stdin.isTTY !== true || !stderr.isTTY)
    throw new NexusctlError('CONFIRMATION_NEEDED', `this wants a confirmation: ${firstLine(question.text)}`, {
      hint: 'look at it with --dry-run, then answer with --yes',
    });
  const how = question.word === undefined ? 'Go on? (y/N) ' : `Type ${question.word} to go on: `;
  const lines = (question.told === true ? [] : escapeTerminalBlock(question.text).split('\n')).map((line) =>
    wrapLine(line, stderr.columns),
  );
  await stderr.write([...lines, escapeTerminalBlock(how)].join('\n'));
  const line = await readLine(stdin, signal);
  // Nobody pressed Enter: what is said next begins on a line of its own.
  if (line === null) await stderr.write('\n');
  signal.throwIfAborted();
  const answer = (line ?? '').trim();
  const agreed = question.word === undefined ? /^y(es)?$/i.test(answer) : answer === question.word;
  if (!agreed) throw new NexusctlError('CANCELLED', 'declined; nothing was changed');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** One line of a terminal; null when it ends before, or the command is interrupted. */
function readLine(stdin: Context['stdin'], signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const finish = (line: string | null) => {
      stdin.off('data', take);
      stdin.off('end', stop);
      signal.removeEventListener('abort', stop);
      stdin.pause();
      resolve(line);
    };
    const take = (chunk: Buffer | string) => {
      text += String(chunk);
      const at = text.indexOf('\n');
      if (at >= 0) finish(text.slice(0, at));
    };
    const stop = () => finish(null);
    if (signal.aborted) {
      stop();
      return;
    }
    stdin.on('data', take);
    stdin.on('end', stop);
    signal.addEventListener('abort', stop, { once: true });
    stdin.resume();
  });
}
