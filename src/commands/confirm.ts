import type { Context } from '../context.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { escapeTerminalBlock } from '../output/escape.ts';

interface Answers {
  readonly yes?: boolean | undefined;
  /** Commander's form of --no-input. */
  readonly input: boolean;
}

/** A question before something that cannot be taken back. */
export interface Question {
  /** What will happen, in lines for a person. */
  readonly text: string;
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
  await stderr.write(escapeTerminalBlock(`${question.text}\n${how}`));
  const answer = (await readLine(stdin, signal)).trim();
  const agreed = question.word === undefined ? /^y(es)?$/i.test(answer) : answer === question.word;
  if (!agreed) throw new NexusctlError('CANCELLED', 'declined; nothing was changed');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** One line of a terminal; its end counts as an empty line. */
function readLine(stdin: Context['stdin'], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = (settle: () => void) => {
      stdin.off('data', take);
      stdin.off('end', end);
      signal.removeEventListener('abort', abort);
      stdin.pause();
      settle();
    };
    const take = (chunk: Buffer | string) => {
      text += String(chunk);
      const at = text.indexOf('\n');
      if (at >= 0) finish(() => resolve(text.slice(0, at)));
    };
    const end = () => finish(() => resolve(text));
    const abort = () => finish(() => reject(signal.reason as Error));
    if (signal.aborted) {
      abort();
      return;
    }
    stdin.on('data', take);
    stdin.on('end', end);
    signal.addEventListener('abort', abort, { once: true });
    stdin.resume();
  });
}
