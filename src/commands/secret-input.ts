import { addAbortSignal } from 'node:stream';
import type { Context } from '../context.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { readPiped } from './input.ts';

const limit = 64 * 1024;

/**
 * A secret from stdin, or typed without echo when stdin is a terminal. One final newline is cut.
 * @throws NexusctlError CONFIRMATION_NEEDED at a terminal with --no-input, INTERRUPTED on Ctrl-C, CANCELLED on Ctrl-D
 */
export async function readSecret(context: Context, name: string, input: boolean): Promise<string> {
  const { stdin, redactor } = context;
  if (stdin.isTTY === true && !input)
    throw new NexusctlError(
      'CONFIRMATION_NEEDED',
      `${name} is asked for on the terminal, and --no-input forbids that`,
      {
        hint: `pipe the value: nexusctl config set ${name} < FILE`,
      },
    );
  const text = stdin.isTTY === true ? await typed(context, name) : await piped(context);
  const value = text.replace(/\r?\n$/, '');
  if (value === '')
    throw new NexusctlError('USAGE', `no value for ${name} came on stdin`, {
      hint: `pipe it: nexusctl config set ${name} < FILE`,
    });
  redactor.add(value);
  return value;
}

async function piped(context: Context): Promise<string> {
  const tooLarge = (): NexusctlError => new NexusctlError('INPUT_TOO_LARGE', 'more than 64 KiB came on stdin');
  return (await readPiped(context, limit, tooLarge)).toString();
}

/** A PEM that is pasted has lines of its own: it ends with its END line, not with the first line break. */
function isOpenPem(text: string): boolean {
  return text.trimStart().startsWith('-----BEGIN ') && !/-----END [A-Z0-9 ]+-----\s*$/.test(text);
}

/** Terminal input key by key: nothing is echoed, so nothing is left on the screen or in a recording of it. */
async function typed({ stdin, stderr, signal }: Context, name: string): Promise<string> {
  const terminal = stdin as typeof stdin & { readonly setRawMode?: (raw: boolean) => void };
  // First the echo goes off, then the question comes: nobody types too early.
  terminal.setRawMode?.(true);
  let text = '';
  try {
    await stderr.write(`${name} (nothing is shown): `);
    for await (const chunk of addAbortSignal(signal, stdin)) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') {
          if (!isOpenPem(text)) return text;
          text += '\n';
          continue;
        }
        if (character === '\u0003') throw new NexusctlError('INTERRUPTED', 'interrupted; nothing was changed');
        if (character === '\u0004') throw new NexusctlError('CANCELLED', 'nothing was changed');
        text = character === '\u007f' || character === '\b' ? text.slice(0, -1) : text + character;
      }
    }
    return text;
  } finally {
    terminal.setRawMode?.(false);
    await stderr.write('\n');
  }
}
