import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { emit } from '../../output/emit.ts';
import { settablesNamed } from '../../profile/settable.ts';
import { changeFile } from '../../profile/store.ts';
import { unsetKey } from '../../profile/toml-edit.ts';
import { configChangeView } from '../../views/config.ts';
import { Option, type Command } from '../commander.ts';
import { confirm } from '../confirm.ts';
import { examples, withOutput } from '../options.ts';
import { pathOf, profileName } from './set.ts';

export function configUnset(command: Command, context: Context) {
  return withOutput(command, 'text', 'json')
    .argument('[settings...]', 'the settings to remove')
    .option('--all', 'the whole profile, with the keys that other programs put there')
    .option('--profile <name>', 'the profile to change')
    .option('--config-file <path>', 'another temporal.toml')
    .option('--dry-run', 'say what would change, write nothing')
    .option('-y, --yes', 'remove a whole profile without asking')
    .addOption(new Option('--no-input', 'never ask'))
    .addHelpText(
      'after',
      examples(
        ['forget the key that stands in the file', 'nexusctl config unset api_key --profile prod'],
        ['go back to verifying the server', 'nexusctl config unset tls.disable_host_verification'],
        ['forget a whole profile', 'nexusctl config unset --all --profile staging'],
      ),
    )
    .action(async (names, options) => {
      const profile = options.profile ?? profileName(context);
      const files = await context.ports.files();
      const dryRun = options.dryRun === true;
      const targets =
        options.all === true ? wholeProfile(context, options.configFile) : places(context, names, options);
      if (options.all === true && names.length > 0)
        throw new NexusctlError('USAGE', '--all removes every setting: it takes no names');
      const edits = targets.map(({ name, path, key }) => ({
        name,
        path,
        edit: (text: string): Promise<string> => unsetKey(text, ['profile', profile, ...key], path),
      }));
      const change = async (only: boolean) => {
        const changes = [];
        for (const { name, path, edit } of edits) {
          if ((await files.stat(path)) === null) continue;
          if (await changeFile(files, path, edit, { dryRun: only, platform: context.platform }))
            changes.push({ setting: name, file: path });
        }
        return changes;
      };
      if (options.all === true && !dryRun && (await change(true)).length > 0)
        await confirm(context, options, { text: `profile ${profile} will be removed with all its settings` });
      const changes = await change(dryRun);
      const result = { changed: changes.length > 0, dryRun, profile, changes, warnings: [] };
      await emit(context, options, configChangeView, result);
    });
}

interface Target {
  readonly name: string;
  readonly path: string;
  /** Below the profile; empty for the profile itself. */
  readonly key: readonly string[];
}

/** @throws NexusctlError USAGE for a name that is no setting, or for none */
function places(
  context: Context,
  names: readonly string[],
  { configFile }: { readonly configFile?: string },
): readonly Target[] {
  if (names.length === 0)
    throw new NexusctlError('USAGE', 'no setting is named', {
      hint: 'name the settings to remove, or --all for the whole profile',
    });
  return names.flatMap((name) =>
    settablesNamed(name).map((setting) => ({ name, path: pathOf(context, setting, configFile), key: setting.key })),
  );
}

function wholeProfile(context: Context, configFile: string | undefined): readonly Target[] {
  const files = ['temporal.toml', 'nexusctl.toml'] as const;
  return files.map((file) => ({ name: 'every setting', path: pathOf(context, { file }, configFile), key: [] }));
}
