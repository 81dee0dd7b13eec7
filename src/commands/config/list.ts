import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { listProfiles } from '../../profile/list.ts';
import { loadSources } from '../../profile/load.ts';
import { configListView } from '../../views/config.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';

export function configList(command: Command, context: Context) {
  return withOutput(command, 'text', 'json', 'jsonl')
    .option('--profile <name>', 'the profile to mark as current')
    .option('--config-file <path>', 'another temporal.toml')
    .addHelpText(
      'after',
      examples(
        ['all profiles; * marks the one that counts', 'nexusctl config list'],
        ['their names', "nexusctl config list -o json | jq -r '.items[].name'"],
      ),
    )
    .action(async (options) => {
      const { sources, findings } = await loadSources(await context.ports.files(), context, options);
      const warnings = findings.map(({ code, message }) => `${code}: ${message}`);
      await emit(context, options, configListView, { items: listProfiles(sources), warnings });
    });
}
