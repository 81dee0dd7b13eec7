import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { configurationPaths } from '../../profile/paths.ts';
import { configPathView } from '../../views/config.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';

export function configPath(command: Command, context: Context) {
  return withOutput(command, 'text', 'json')
    .option('--config-file <path>', 'another temporal.toml')
    .addHelpText('after', examples(['where the profiles are read from', 'nexusctl config path']))
    .action(async (options) => {
      const paths = configurationPaths(context, options.configFile);
      const files = await context.ports.files();
      const items = await Promise.all(
        paths.map(async (entry) => ({ ...entry, exists: (await files.stat(entry.path)) !== null })),
      );
      await emit(context, options, configPathView, { items, warnings: [] });
    });
}
