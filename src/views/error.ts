import { NexusctlError } from '../errors/nexusctl-error.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { escapeDeep, escapeJson, escapeTerminal, escapeTerminalBlock } from '../output/escape.ts';

type Redact = (text: string) => string;

/** An error for people: what is wrong, then what to type next. A bug shows its stack and asks for a report. */
export function errorText(error: unknown, redact: Redact): string {
  if (!(error instanceof NexusctlError)) return escapeTerminalBlock(bugText(error, redact));
  // Foreign text in a message begins no line of its own: a CI runner would take `::` there for a command.
  const lines = [`error: ${escapeTerminal(redact(error.message))}`];
  if (error.hint !== undefined) lines.push(`hint: ${escapeTerminal(redact(error.hint))}`);
  return lines.join('\n');
}

/** The error document of the contract, on one line of stderr. Redacted before it is escaped, word by word. */
export function errorJson(error: unknown, redact: Redact): string {
  const document =
    error instanceof NexusctlError
      ? {
          code: error.code,
          message: redact(error.message),
          hint: error.hint === undefined ? undefined : redact(error.hint),
          exitCode: error.exitCode,
          details: error.details === undefined ? undefined : escapeDeep(error.details, redact),
        }
      : { code: 'INTERNAL', message: bugText(error, redact), exitCode: exitCodes.bug };
  return escapeJson(JSON.stringify({ error: document }));
}

function bugText(error: unknown, redact: Redact): string {
  const stacks = chain(error).map((link, index) => `${index === 0 ? '' : 'caused by: '}${redact(stackOf(link))}`);
  return ['this is a bug in nexusctl; please report it with the lines below', ...stacks].join('\n');
}

/** The error and its causes, outermost first; a circle or an endless chain is cut. */
function chain(error: unknown): readonly unknown[] {
  const links: unknown[] = [];
  for (let link: unknown = error; link !== undefined && links.length < 8 && !links.includes(link);) {
    links.push(link);
    link = link instanceof Error ? link.cause : undefined;
  }
  return links;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack } = error;
  // V8 writes the message into the stack when the error is made: a later change of it shows only in `message`.
  return stack === undefined ? message : stack.includes(message) ? stack : `${message}\n${stack}`;
}
