import { escapeTerminal } from './escape.ts';

/** The part of the Context that it needs. */
interface Screen {
  readonly stderr: {
    readonly write: (chunk: string) => Promise<void>;
    readonly isTTY: boolean;
    readonly columns: number;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One line on a terminal that says what is being waited for; nothing at all elsewhere. */
export interface Progress {
  readonly show: (what: string) => void;
  readonly clear: () => void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const eraseLine = '\r\u001b[2K';

/**
 * The line appears when the work takes longer than a moment, and goes away without a trace.
 * @param wanted false where a line would stand in the way of the result
 */
export function makeProgress({ stderr: terminal, env }: Screen, wanted = true): Progress {
  // A dumb terminal cannot take a line back.
  if (!wanted || !terminal.isTTY || env['TERM'] === 'dumb') return { show: () => undefined, clear: () => undefined };
  let text = '';
  let shown = false;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  const write = (chunk: string) => void terminal.write(chunk).catch(() => undefined);
  const draw = () => {
    shown = true;
    frame += 1;
    write(`${eraseLine}${frames[frame % frames.length] ?? ''} ${text.slice(0, Math.max(terminal.columns - 3, 10))}`);
  };
  return {
    show: (what) => {
      // Names and operation ids in it come from a server.
      text = escapeTerminal(what);
      timer ??= setInterval(draw, 120).unref();
    },
    clear: () => {
      clearInterval(timer);
      timer = undefined;
      if (shown) write(eraseLine);
      shown = false;
    },
  };
}
