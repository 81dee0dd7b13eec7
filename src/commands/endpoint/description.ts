import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { readInput } from '../input.ts';

interface DescriptionOptions {
  readonly description?: string | undefined;
  readonly descriptionFile?: string | undefined;
  readonly unsetDescription?: boolean | undefined;
}

/**
 * The wished description: a text, null to take it away, undefined when nobody said.
 * @throws NexusctlError USAGE when two of them were given, or the file is empty
 */
export async function descriptionOf(context: Context, options: DescriptionOptions): Promise<string | null | undefined> {
  const { description, descriptionFile, unsetDescription } = options;
  const given = [description, descriptionFile, unsetDescription].filter((value) => value !== undefined);
  if (given.length > 1)
    throw new NexusctlError('USAGE', 'give one of --description, --description-file and --unset-description');
  if (unsetDescription === true) return null;
  if (descriptionFile === undefined) return description;
  const text = (await readInput(context, descriptionFile)).replace(/\r?\n$/, '');
  if (text === '')
    throw new NexusctlError('USAGE', `the description file ${descriptionFile} is empty`, {
      hint: 'to take the description away use --unset-description of `nexusctl endpoint update`',
    });
  return text;
}
