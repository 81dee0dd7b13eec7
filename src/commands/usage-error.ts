import { NexusctlError } from '../errors/nexusctl-error.ts';
import { CommanderError } from './commander.ts';

/** Commander's usage errors in our words: its suggestion becomes the hint. Null for anything else. */
export function usageError(error: unknown): NexusctlError | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (?:one of )?(.*?)\?\)/.exec(rest.join(' '))?.[1];
  const hint =
    suggestion === undefined
      ? 'run the command with --help to see its usage and examples'
      : `did you mean ${suggestion}?`;
  return new NexusctlError('USAGE', first, { hint });
}
