import { posix, win32 } from 'node:path';
import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { parseEnvFile } from '../profile/env-file.ts';
import { Option } from './commander.ts';
import { parseCount } from './options.ts';

interface Eyes {
  readonly envFile?: string | undefined;
  readonly envFromPid?: number | undefined;
}

/** Flags that look at the configuration with the eyes of another process. */
export function withOtherEyes<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .addOption(
      new Option('--env-file <file>', 'variables from a file instead of this environment').helpGroup('Connection:'),
    )
    .addOption(
      new Option('--env-from-pid <pid>', 'variables and files as that process sees them (Linux)')
        .argParser(parseCount)
        .conflicts('envFile')
        .helpGroup('Connection:'),
    );
}

/** The context as the other process would have it; the same context when none is named. */
export async function seenContext(context: Context, { envFile, envFromPid }: Eyes): Promise<Context> {
  if (envFromPid !== undefined) {
    const { env, cwd, files } = await (await context.ports.processes()).view(envFromPid);
    const ports = { ...context.ports, files: () => Promise.resolve(files) };
    return { ...context, env, cwd, home: env['HOME'] ?? '/', ports };
  }
  if (envFile === undefined) return context;
  const bytes = await (await context.ports.files()).read(pathFrom(context, envFile));
  if (bytes === null)
    throw new NexusctlError('FILE_UNREADABLE', `${envFile} is not there`, { hint: 'check the path of --env-file' });
  // What this shell says of Temporal is not what the other process will see.
  const others = Object.entries(context.env).filter(([name]) => !/^(TEMPORAL|NEXUSCTL)_/.test(name));
  const path = pathFrom(context, envFile);
  const variables = [...parseEnvFile(Buffer.from(bytes).toString(), envFile)];
  return {
    ...context,
    env: Object.fromEntries([...others, ...variables.map(([name, { value }]) => [name, value] as const)]),
    variablePlaces: new Map(variables.map(([name, { line }]) => [name, { path, line }])),
  };
}

function pathFrom({ cwd, platform }: Context, path: string): string {
  return (platform === 'win32' ? win32 : posix).resolve(cwd, path);
}
