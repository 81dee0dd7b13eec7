import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { settablesNamed } from '../../profile/settable.ts';
import { changeFile } from '../../profile/store.ts';
import { unsetKey } from '../../profile/toml-edit.ts';
import { configChangeView } from '../../views/config.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { pathOf, profileName } from './set.ts';

export function configUnset(command: Command, context: Context) {
  return withOutput(command, 'text', 'json')
    .argument('<settings...>', 'the settings to remove')
    .option('--profile <name>', 'the profile to change')
    .option('--config-file <path>', 'another temporal.toml')
    .option('--dry-run', 'say what would change, write nothing')
    .addHelpText(
      'after',
      examples(
        ['forget the key that stands in the file', 'nexusctl config unset api_key --profile prod'],
        ['go back to verifying the server', 'nexusctl config unset tls.disable_host_verification'],
      ),
    )
    .action(async (names, options) => {
      const profile = options.profile ?? profileName(context);
      const files = await context.ports.files();
      const dryRun = options.dryRun === true;
      const places = names.flatMap((name) => settablesNamed(name).map((setting) => ({ name, setting })));
      const changes = [];
      for (const { name, setting } of places) {
        const path = pathOf(context, setting, options.configFile);
        const edit = (text: string): Promise<string> => unsetKey(text, ['profile', profile, ...setting.key], path);
        if ((await files.stat(path)) === null) continue;
        if (await changeFile(files, path, edit, { dryRun, platform: context.platform }))
          changes.push({ setting: name, file: path });
      }
      const result = { changed: changes.length > 0, dryRun, profile, changes, warnings: [] };
      await emit(context, options, configChangeView, result);
    });
}
