import { Argument, type Command } from './commander.ts';
import { commandTree } from './command-tree.ts';
import { examples } from './options.ts';
import type { Context } from '../context.ts';
import type { CommandTree } from '../views/completion/command-tree.ts';

const shells = {
  bash: async () => (await import('../views/completion/bash.ts')).bashCompletion,
  zsh: async () => (await import('../views/completion/zsh.ts')).zshCompletion,
  fish: async () => (await import('../views/completion/fish.ts')).fishCompletion,
  powershell: async () => (await import('../views/completion/powershell.ts')).powershellCompletion,
} as const satisfies Record<string, () => Promise<(tree: CommandTree) => string>>;

const names = Object.keys(shells) as (keyof typeof shells)[];

export function completion(command: Command, context: Context, wholeProgram: (context: Context) => Promise<Command>) {
  return command
    .addArgument(new Argument('<shell>', 'whose script').choices(names))
    .addHelpText(
      'after',
      examples(
        ['this shell, now', 'source <(nexusctl completion bash)'],
        ['for good, with bash', "echo 'source <(nexusctl completion bash)' >> ~/.bashrc"],
        ['for good, with zsh', 'nexusctl completion zsh > "${fpath[1]}/_nexusctl"'],
        ['for good, with fish', 'nexusctl completion fish > ~/.config/fish/completions/nexusctl.fish'],
        ['for good, with PowerShell', 'nexusctl completion powershell >> $PROFILE'],
      ),
    )
    .action(async (shell) => {
      const script = await shells[shell]();
      await context.stdout.write(`${script(commandTree(await wholeProgram(context)))}\n`);
    });
}
