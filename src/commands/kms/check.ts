import type { Context } from '../../context.ts';
import { combineExitCodes, type ExitCode } from '../../errors/exit-codes.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { emit } from '../../output/emit.ts';
import { kmsKey, kmsProblem } from '../../payload/keys/keyring-file.ts';
import type { ExecKey, KmsKey } from '../../payload/keys/keyring.ts';
import { checkKey } from '../../payload/keys/kms-check.ts';
import { kmsCheckView } from '../../views/kms-check.ts';
import type { Command } from '../commander.ts';
import { collect, examples, withOutput } from '../options.ts';
import { keysOf } from '../payload/keys-of.ts';
import { withConnection } from '../profile-of.ts';

export function kmsCheck(command: Command, context: Context): unknown {
  return withConnection(withOutput(command, 'text', 'json'))
    .argument(
      '[keys...]',
      'ids of the keyring, or KMS ARNs and aliases; all key services of the keyring when none is named',
    )
    .option('--context <name=value>', 'encryption context for keys that are named by ARN or alias; repeatable', collect)
    .addHelpText(
      'after',
      examples(
        ['every key service of the keyring', 'nexusctl kms check'],
        ['a key before it is put into a keyring', 'nexusctl kms check alias/orders --context app=orders'],
      ),
    )
    .action(async (names, options) => {
      const { keys, warnings } = await keysOf(context, options);
      const known = [...keys.keyring.keys.values()].filter((key) => key.kind === 'kms' || key.kind === 'exec');
      const chosen = names.length === 0 ? known : names.map((name) => keyNamed(name, known, options.context ?? []));
      if (chosen.length === 0)
        throw new NexusctlError('KEY_MISSING', 'the keyring has no key service to check', {
          hint: 'name a key: nexusctl kms check ARN; or add kms = "ARN" under [keyring.keys.NAME]',
        });
      const items = await Promise.all(chosen.map((key) => checkKey(key, keys)));
      const exitCode = combineExitCodes(items.map((item) => item.exitCode as ExitCode));
      await emit(context, options, kmsCheckView, { items, warnings: warnings() }, exitCode);
    });
}

function keyNamed(name: string, known: readonly (KmsKey | ExecKey)[], pairs: readonly string[]): KmsKey | ExecKey {
  const own = known.find(({ id }) => id === name);
  if (own !== undefined) return own;
  if (!/^(arn:|alias\/|awskms:|mrk-|[0-9a-f]{8}-)/.test(name))
    throw new NexusctlError('KEY_MISSING', `there is no key service '${name}' in the keyring`, {
      hint: `${known.length === 0 ? 'the keyring has none' : `known are ${known.map(({ id }) => id).join(', ')}`}; an ARN, alias/NAME or key id works too`,
    });
  const context = Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new NexusctlError('USAGE', `--context '${pair}' has no '='`, { hint: '--context app=orders' });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  const key = kmsKey(name, name, { context, decryptOnly: false });
  const problem = kmsProblem(key);
  if (problem !== undefined) throw new NexusctlError('KMS_KEY_INVALID', `${name}: ${problem}`);
  return key;
}
