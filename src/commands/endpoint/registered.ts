import type { Context } from '../../context.ts';
import { lintNamespace, notRegistered } from '../../endpoints/lint.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Opened } from '../backend-of.ts';

/**
 * Names that are not registered grant nothing today and something to whoever registers them tomorrow: they need
 * --force (security.md 18).
 * @returns warnings, when the server does not let us look
 * @throws NexusctlError NAMESPACE_NOT_FOUND with the nearest name, INVALID_ARGUMENT for a name that cannot be
 */
export async function checkRegistered(
  context: Context,
  opened: Opened,
  namespaces: readonly string[],
  what: string,
  force: boolean,
): Promise<readonly string[]> {
  const { namespaces: api, kind } = opened;
  for (const namespace of namespaces) lintNamespace(namespace, kind, what);
  if (force || namespaces.length === 0) return [];
  try {
    const missing =
      namespaces.length > 20
        ? missingFrom(
            namespaces,
            (await api.list(context.signal)).map(({ name }) => name),
          )
        : (
            await Promise.all(
              namespaces.map(async (name) => ((await api.get(name, context.signal)) === null ? name : '')),
            )
          ).filter((name) => name !== '');
    const [first] = missing;
    if (first === undefined) return [];
    throw notRegistered(
      first,
      (await api.list(context.signal)).map(({ name }) => name),
      what,
    );
  } catch (error) {
    if (error instanceof NexusctlError && error.code === 'PERMISSION_DENIED')
      return ['whether these namespaces are registered was not checked: the key may not read them'];
    throw error;
  }
}

function missingFrom(wanted: readonly string[], known: readonly string[]): readonly string[] {
  const set = new Set(known);
  return wanted.filter((name) => !set.has(name));
}
