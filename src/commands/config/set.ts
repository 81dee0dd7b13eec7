import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { emit } from '../../output/emit.ts';
import type { ConnectionFlags } from '../../profile/flags.ts';
import { loadProfile } from '../../profile/load.ts';
import { configurationPaths } from '../../profile/paths.ts';
import { parseSettable, settable, type Settable } from '../../profile/settable.ts';
import { changeFile } from '../../profile/store.ts';
import { setKey } from '../../profile/toml-edit.ts';
import { configChangeView } from '../../views/config.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { readSecret } from '../secret-input.ts';

export function configSet(command: Command, context: Context) {
  return withOutput(command, 'text', 'json')
    .argument('<setting>', 'e.g. address, namespace, tls.client_cert_path, api_key, account_id')
    .argument('[value]', 'left out for a secret: it comes from stdin or a prompt')
    .option('--profile <name>', 'the profile to change')
    .option('--config-file <path>', 'another temporal.toml')
    .option('--dry-run', 'say what would change, write nothing')
    .option('--no-input', 'never ask')
    .addHelpText(
      'after',
      examples(
        ['the address of a profile', 'nexusctl config set address orders-prod.a1b2c.tmprl.cloud:7233 --profile prod'],
        [
          'an API key, from a file, never from the command line',
          'nexusctl config set api_key --profile prod < key.txt',
        ],
        ['where the API key is, instead of the key', 'nexusctl config set api_key secretsmanager:prod/temporal#key'],
        ['act on no other account', 'nexusctl config set account_id a1b2c --profile prod'],
      ),
    )
    .action(async (name, given, options) => {
      const setting = settable(name, given);
      const value = parseSettable(setting, await valueOf(context, setting, given, options.input));
      const profile = options.profile ?? profileName(context);
      const path = pathOf(context, setting, options.configFile);
      const changed = await changeFile(
        await context.ports.files(),
        path,
        (text) => setKey(text, ['profile', profile, ...setting.key], value, path),
        { dryRun: options.dryRun === true, platform: context.platform },
      );
      const shown = setting.kind === 'secret' ? '********' : String(value);
      await emit(context, options, configChangeView, {
        changed,
        dryRun: options.dryRun === true,
        profile,
        changes: [{ setting: name, file: path, value: shown }],
        warnings: await clashes(context, { profile, configFile: options.configFile }),
      });
    });
}

/** What the change now clashes with: the same item in the other file, or a path beside the data. */
async function clashes(context: Context, flags: ConnectionFlags): Promise<readonly string[]> {
  const { findings } = await loadProfile(
    await context.ports.files(),
    { ...context, env: fileVariables(context) },
    flags,
  );
  return findings
    .filter(({ code }) => code === 'CFG008' || code === 'CFG003')
    .map(({ code, message, fix }) => `${code}: ${message}${fix === undefined ? '' : `: ${fix}`}`);
}

/** The variables that say where the files are, and none that hide what stands in them. */
function fileVariables({ env }: Context): Context['env'] {
  const names = ['TEMPORAL_CONFIG_FILE', 'NEXUSCTL_CONFIG_FILE', 'XDG_CONFIG_HOME', 'APPDATA'];
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** @throws NexusctlError USAGE when a secret was typed as an argument: it is in the shell's history by now */
async function valueOf(
  context: Context,
  setting: Settable,
  given: string | undefined,
  input: boolean,
): Promise<string> {
  const { name, kind } = setting;
  if (kind !== 'secret') {
    if (given !== undefined) return given;
    throw new NexusctlError('USAGE', `${name} wants a value`, { hint: `nexusctl config set ${name} VALUE` });
  }
  if (given === undefined || given === '-') return readSecret(context, name, input);
  context.redactor.add(given);
  throw new NexusctlError('USAGE', `the value of ${name} is not taken from the command line, where others can see it`, {
    hint: `pipe it: nexusctl config set ${name} < FILE; or name where it is (file:PATH, env:NAME, secretsmanager:NAME …)`,
  });
}

/** The profile that counts: --profile, TEMPORAL_PROFILE, `default`. */
export function profileName({ env }: Pick<Context, 'env'>): string {
  const variable = env['TEMPORAL_PROFILE'];
  return variable === undefined || variable === '' ? 'default' : variable;
}

export function pathOf(context: Context, setting: Pick<Settable, 'file'>, configFile: string | undefined): string {
  const paths = configurationPaths(context, configFile);
  const found = paths.find(({ file }) => file === setting.file);
  if (found === undefined) throw new Error(`no path for ${setting.file}`);
  return found.path;
}
