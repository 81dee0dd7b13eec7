import { NexusctlError } from '../errors/nexusctl-error.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { escapeJson, escapeTerminalBlock } from '../output/escape.ts';

/** An error for people: what is wrong, then what to type next. A bug shows its stack and asks for a report. */
export function errorText(error: unknown): string {
  if (!(error instanceof NexusctlError)) return escapeTerminalBlock(bugText(error));
  const lines = [`error: ${error.message}`];
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  return escapeTerminalBlock(lines.join('\n'));
}

/** The error document of the contract, on one line of stderr. */
export function errorJson(error: unknown): string {
  if (!(error instanceof NexusctlError))
    return escapeJson(
      JSON.stringify({ error: { code: 'INTERNAL', message: bugText(error), exitCode: exitCodes.bug } }),
    );
  const { code, message, hint, exitCode, details } = error;
  return escapeJson(JSON.stringify({ error: { code, message, hint, exitCode, details } }));
}

function bugText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `this is a bug in nexusctl; please report it with the lines below\n${stack}`;
}
