import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { emit } from '../../output/emit.ts';
import { applyImport } from '../../profile/apply-import.ts';
import { importEnvStore, importTcld, importVariables, type ImportResult } from '../../profile/import.ts';
import { configImportView } from '../../views/config-import.ts';
import { Option, type Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { pathOf, profileName } from './set.ts';

const sources = ['env', 'tcld', 'temporal-env'] as const;

export function configImport(command: Command, context: Context) {
  return withOutput(command, 'text', 'json')
    .argument('[file]', 'the `temporal env` store; its default place when left out')
    .addOption(new Option('--from <source>', 'what to read').choices(sources).default('env' as const))
    .option('--env <name>', 'one environment of the store; all of them when left out')
    .option('--profile <name>', 'the profile to fill (env, tcld)')
    .option('--config-file <path>', 'another temporal.toml')
    .option('--overwrite', 'replace values that are there and differ')
    .option('--dry-run', 'say what would change, write nothing')
    .addHelpText(
      'after',
      examples(
        ['the variables of this shell, older names included, as a profile', 'nexusctl config import --profile prod'],
        ['the profiles of the deprecated `temporal env` store', 'nexusctl config import --from temporal-env'],
        ["tcld's variables", 'nexusctl config import --from tcld --profile cloud --dry-run'],
      ),
    )
    .action(async (file, options) => {
      const profile = options.profile ?? profileName(context);
      if (profile === '')
        throw new NexusctlError('USAGE', 'the profile has no name', { hint: 'name it: --profile NAME' });
      if (file !== undefined && options.from !== 'temporal-env')
        throw new NexusctlError('USAGE', `--from ${options.from} reads variables, no file`, {
          hint: 'a `temporal env` store is read by: nexusctl config import --from temporal-env FILE',
        });
      const { values, warnings } = await read(context, options.from, profile, file, options.env);
      for (const { secret, value } of values) if (secret) context.redactor.add(String(value));
      const applied = await applyImport(await context.ports.files(), values, {
        pathOf: (name) => pathOf(context, { file: name }, options.configFile),
        overwrite: options.overwrite === true,
        dryRun: options.dryRun === true,
        platform: context.platform,
      });
      // An address may hold a password.
      const changes = applied.map((change) => ({ ...change, value: context.redactor.redact(change.value) }));
      const changed = changes.some(({ action }) => action === 'set');
      const result = { changed, dryRun: options.dryRun === true, changes, warnings };
      await emit(context, options, configImportView, result);
    });
}

async function read(
  context: Context,
  from: (typeof sources)[number],
  profile: string,
  file: string | undefined,
  only: string | undefined,
): Promise<ImportResult> {
  switch (from) {
    case 'env':
      return importVariables(context.env, profile);
    case 'tcld':
      return importTcld(context.env, profile);
    case 'temporal-env': {
      const path = file ?? storePath(context);
      const bytes = await (await context.ports.files()).read(path);
      if (bytes !== null) return importEnvStore(Buffer.from(bytes).toString(), path, only);
      throw new NexusctlError('CONFIG_FILE_UNREADABLE', `there is no \`temporal env\` store at ${path}`, {
        hint: 'name it: nexusctl config import --from temporal-env FILE',
      });
    }
  }
}

function storePath({ env, home }: Context): string {
  const variable = env['TEMPORAL_ENV_FILE'];
  return variable !== undefined && variable !== '' ? variable : join(home, '.config', 'temporalio', 'temporal.yaml');
}
