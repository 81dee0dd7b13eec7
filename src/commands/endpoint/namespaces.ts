import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { readInput } from '../input.ts';

/**
 * Namespaces from the command line and from a file: one a line, empty lines and those that begin with # left out.
 * Each once, in their order.
 */
export async function namespacesOf(
  context: Context,
  given: readonly string[],
  file: string | undefined,
): Promise<readonly string[]> {
  const listed = file === undefined ? [] : (await readInput(context, file)).split(/\r?\n/).map((line) => line.trim());
  const names = listed.filter((line) => line !== '' && !line.startsWith('#'));
  return [...new Set([...given, ...names])];
}

export function atLeastOne(namespaces: readonly string[]): readonly string[] {
  if (namespaces.length > 0) return namespaces;
  throw new NexusctlError('USAGE', 'no namespace is named', {
    hint: 'name them as arguments or with --namespace-file',
  });
}
