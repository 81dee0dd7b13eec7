import { randomBytes } from 'node:crypto';
import { isLongEnough } from '../../codec-server/tokens.ts';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { describeSecret, locateSecret, typedReference } from '../../profile/secret.ts';
import { secretsOf } from '../secrets-of.ts';

interface Flags {
  /** False with --no-path-secret, true when nothing was said. */
  readonly pathSecret?: string | boolean | undefined;
  readonly allowExec?: boolean | undefined;
}

/** The secret part of the address. */
export interface PathSecret {
  readonly value: string;
  /** Where it is kept; absent when it was made for this run, and must be shown. */
  readonly kept?: Kept;
}

export interface Kept {
  /** For a POSIX shell, between double quotes. */
  readonly expansion: string;
  /** What the variable in it stands for, when it is not the user's own. */
  readonly where?: string;
}

/** @throws NexusctlError SETTING_INVALID for a weak one, SECRET_… */
export async function pathSecretOf(context: Context, { pathSecret, allowExec }: Flags): Promise<PathSecret | null> {
  if (pathSecret === false) return null;
  if (pathSecret === undefined || pathSecret === true) return { value: randomBytes(16).toString('hex') };
  const source = typedReference(pathSecret, context.cwd);
  const bytes = await secretsOf(context, { allowExec }).resolve(source);
  const value = Buffer.from(bytes).toString('utf8').trim();
  if (!isLongEnough(value) || !/^[\w.~-]+$/.test(value))
    throw new NexusctlError(
      'SETTING_INVALID',
      'the path secret needs 128 bits: 32 hex digits or 22 letters, digits, - and _',
      { hint: 'openssl rand -hex 16' },
    );
  const location = locateSecret(source, context.platform);
  switch (location.kind) {
    case 'env':
      return { value, kept: { expansion: `\${${location.name}}` } };
    case 'file':
      // It has no white space, and the file may end with any.
      return { value, kept: { expansion: `$(tr -d '[:space:]' < '${location.path.replaceAll("'", `'\\''`)}')` } };
    case 'data':
    case 's3':
    case 'secretsmanager':
    case 'exec':
      return {
        value,
        kept: { expansion: '${PATH_SECRET}', where: `PATH_SECRET stands for what ${describeSecret(source)} gives` },
      };
  }
}

/** The address with the secret part, as a word for a POSIX shell. */
export function inShell(url: string, { expansion, where }: Kept) {
  return { endpoint: `"${url}/${expansion}"`, ...(where === undefined ? {} : { where }) };
}
