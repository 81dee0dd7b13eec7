import { Command } from './commands/commander.ts';
import { hoistedOptions } from './commands/options.ts';
import type { Context } from './context.ts';
import { NexusctlError } from './errors/nexusctl-error.ts';
import { wantsColor } from './output/style.ts';

/** Declares one verb: fills the command that its parent made. The chain of calls is the declaration. */
export type Declare = (command: Command, context: Context) => unknown;

interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Declare>;
  /** Called by other programs, not by people: not in the help. */
  readonly hidden?: true;
}

interface Noun {
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly (Verb | Noun)[];
}

/** The table of contents. Nothing behind a loader is read until its verb is called. */
const contents: readonly (Verb | Noun)[] = [
  {
    name: 'connect-test',
    summary: 'test the path from here to the namespace, layer by layer; name one root cause',
    load: async () => (await import('./commands/connect-test.ts')).connectTest,
  },
  {
    name: 'explain',
    summary: 'turn a pasted error of any SDK into ranked causes and the check that tells them apart',
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
  {
    name: 'config',
    summary: 'profiles in temporal.toml, with the origin of every value',
    verbs: [
      {
        name: 'list',
        summary: 'the profiles of both files',
        load: async () => (await import('./commands/config/list.ts')).configList,
      },
      {
        name: 'show',
        summary: 'every effective value, its origin, and what other programs make of it',
        load: async () => (await import('./commands/config/show.ts')).configShow,
      },
      {
        name: 'set',
        summary: 'change one setting; comments and unknown keys stay',
        load: async () => (await import('./commands/config/set.ts')).configSet,
      },
      {
        name: 'unset',
        summary: 'remove settings',
        load: async () => (await import('./commands/config/unset.ts')).configUnset,
      },
      {
        name: 'import',
        summary: 'make profiles of older variables, of tcld and of the `temporal env` store',
        load: async () => (await import('./commands/config/import.ts')).configImport,
      },
      {
        name: 'path',
        summary: 'where the configuration files are',
        load: async () => (await import('./commands/config/path.ts')).configPath,
      },
    ],
  },
  {
    name: 'cert',
    summary: 'look at, issue and mend certificates and keys',
    verbs: [
      {
        name: 'inspect',
        summary: 'what a file, a variable or a server holds, and what is wrong with it',
        load: async () => (await import('./commands/cert/inspect.ts')).certInspect,
      },
      {
        name: 'generate',
        summary: 'a CA, or a certificate of it, as Temporal Cloud accepts them',
        load: async () => (await import('./commands/cert/generate.ts')).certGenerate,
      },
      {
        name: 'repair',
        summary: 'a mangled certificate or key as PEM that every SDK reads',
        load: async () => (await import('./commands/cert/repair.ts')).certRepair,
      },
    ],
  },
  {
    name: 'namespace',
    summary: 'namespaces and how one gets into them',
    verbs: [
      {
        name: 'list',
        summary: 'all namespaces; exit 1 when a client CA ends soon',
        load: async () => (await import('./commands/namespace/list.ts')).namespaceList,
      },
      {
        name: 'get',
        summary: 'one namespace',
        load: async () => (await import('./commands/namespace/get.ts')).namespaceGet,
      },
    ],
  },
  {
    name: 'endpoint',
    summary: 'Nexus endpoints and who may call them',
    verbs: [
      {
        name: 'list',
        summary: 'all endpoints, with filters',
        load: async () => (await import('./commands/endpoint/list.ts')).endpointList,
      },
      {
        name: 'get',
        summary: 'one endpoint',
        load: async () => (await import('./commands/endpoint/get.ts')).endpointGet,
      },
      {
        name: 'create',
        summary: 'a new endpoint',
        load: async () => (await import('./commands/endpoint/create.ts')).endpointCreate,
      },
      {
        name: 'update',
        summary: 'another target, description or name',
        load: async () => (await import('./commands/endpoint/update.ts')).endpointUpdate,
      },
      {
        name: 'delete',
        summary: 'delete an endpoint; asks for its name',
        load: async () => (await import('./commands/endpoint/delete.ts')).endpointDelete,
      },
      {
        name: 'allow',
        summary: 'let namespaces call an endpoint',
        load: async () => (await import('./commands/endpoint/allow.ts')).endpointAllow,
      },
      {
        name: 'revoke',
        summary: 'take namespaces off an endpoint, or one off all',
        load: async () => (await import('./commands/endpoint/revoke.ts')).endpointRevoke,
      },
      {
        name: 'callers',
        summary: 'who may call an endpoint, and who explains it',
        load: async () => (await import('./commands/endpoint/callers.ts')).endpointCallers,
      },
      {
        name: 'set-callers',
        summary: 'state the whole list; shows who loses',
        load: async () => (await import('./commands/endpoint/set-callers.ts')).endpointSetCallers,
      },
      {
        name: 'check',
        summary: 'may a namespace call an endpoint, and why not; exit 1 for no',
        load: async () => (await import('./commands/endpoint/check.ts')).endpointCheck,
      },
      {
        name: 'reachable',
        summary: 'what a namespace may call',
        load: async () => (await import('./commands/endpoint/reachable.ts')).endpointReachable,
      },
      {
        name: 'matrix',
        summary: 'who may call what',
        load: async () => (await import('./commands/endpoint/matrix.ts')).endpointMatrix,
      },
      {
        name: 'export',
        summary: 'what is there as nexus.yaml or Terraform',
        load: async () => (await import('./commands/endpoint/export.ts')).endpointExport,
      },
      {
        name: 'plan',
        summary: 'what nexus.yaml would change; exit 1 for drift',
        load: async () => (await import('./commands/endpoint/plan.ts')).endpointPlan,
      },
      {
        name: 'apply',
        summary: 'make it as nexus.yaml, or a saved plan, says',
        load: async () => (await import('./commands/endpoint/apply.ts')).endpointApply,
      },
      {
        name: 'policy',
        summary: 'the allowlist of a self-hosted cluster',
        verbs: [
          {
            name: 'init',
            summary: 'write a policy file with default deny',
            load: async () => (await import('./commands/endpoint/policy/init.ts')).policyInit,
          },
          {
            name: 'lint',
            summary: 'the policy against the endpoints and namespaces of the cluster',
            load: async () => (await import('./commands/endpoint/policy/lint.ts')).policyLint,
          },
          {
            name: 'status',
            summary: 'which server has loaded which policy; exit 8 until all have this one',
            load: async () => (await import('./commands/endpoint/policy/status.ts')).policyStatus,
          },
        ],
      },
    ],
  },
  {
    name: 'payload',
    summary: 'open, write, move and audit payloads',
    verbs: [
      {
        name: 'inspect',
        summary: 'what a payload is and which key it needs; no key needed to ask',
        load: async () => (await import('./commands/payload/inspect.ts')).payloadInspect,
      },
      {
        name: 'decode',
        summary: 'the values of payloads, or the whole document with them',
        load: async () => (await import('./commands/payload/decode.ts')).payloadDecode,
      },
      {
        name: 'decrypt',
        summary: 'another name of decode',
        load: async () => (await import('./commands/payload/decode.ts')).payloadDecode,
      },
      {
        name: 'encrypt',
        summary: 'the same document with its payloads encrypted',
        load: async () => (await import('./commands/payload/encrypt.ts')).payloadEncrypt,
      },
      {
        name: 'audit',
        summary: 'which keys and formats are used where, plaintext, sizes, and whether a key can be retired',
        load: async () => (await import('./commands/payload/audit.ts')).payloadAudit,
      },
      {
        name: 'keygen',
        summary: 'a new key for payloads',
        load: async () => (await import('./commands/payload/keygen.ts')).payloadKeygen,
      },
    ],
  },
  {
    name: 'kms',
    summary: 'key services for payloads',
    verbs: [
      {
        name: 'check',
        summary: 'prove that the KMS keys of the keyring can be used, or say which permission is missing',
        load: async () => (await import('./commands/kms/check.ts')).kmsCheck,
      },
    ],
  },
  {
    name: 'codec-server',
    summary: 'serve keys to the Web UI and the CLI; find out why a codec server is not used',
    verbs: [
      {
        name: 'start',
        summary: 'a codec server with the keys of the keyring',
        load: async () => (await import('./commands/codec-server/start.ts')).codecServerStart,
      },
      {
        name: 'test',
        summary: 'examine a codec server as the Web UI and the CLI use it',
        load: async () => (await import('./commands/codec-server/test.ts')).codecServerTest,
      },
    ],
  },
  {
    name: 'sandbox',
    summary: 'a rehearsal account on this machine: no Temporal needed',
    verbs: [
      {
        name: 'start',
        summary: 'run a rehearsal account until it is interrupted',
        load: async () => (await import('./commands/sandbox/start.ts')).sandboxStart,
      },
      {
        name: 'run',
        summary: 'run a command that sees only a rehearsal account',
        load: async () => (await import('./commands/sandbox/run.ts')).sandboxRun,
      },
    ],
  },
  {
    name: 'completion',
    summary: 'a completion script for bash, zsh, fish or PowerShell',
    load: async () => (await import('./commands/completion.ts')).completion(buildWholeProgram),
  },
  {
    name: '__complete',
    summary: "cobra's completion protocol, for the temporal CLI",
    load: async () => (await import('./commands/complete.ts')).complete(buildWholeProgram),
    hidden: true,
  },
];

export interface Program {
  readonly command: Command;
  /** What --help and --version wrote; main prints it. */
  readonly printed: () => string;
}

/** The command tree, with each verb's declaration loaded only when it is reached. */
export function buildProgram(context: Context): Program {
  const printed: string[] = [];
  const command = new Command('nexusctl');
  command
    .description('Administration for Temporal Nexus: connections, allowlists, payloads')
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'help with examples')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => printed.push(text),
      // Only the help of a command that was called without its verb comes this way; main words every error itself.
      writeErr: (text) => printed.push(text),
      getOutHelpWidth: () => context.stdout.columns,
      getOutHasColors: () => wantsColor('auto', context.stdout.isTTY, context.env),
    })
    // On a narrow terminal too, words are not cut in two.
    .configureHelp({ minWidthToWrap: 16 })
    .addHelpText('after', '\n`nexusctl COMMAND --help` shows flags and examples of a command.');
  for (const option of hoistedOptions()) command.addOption(option);
  command.hook('preAction', (root, action) => {
    handDown(root, action as Command);
    refuseUnheard(root, action as Command);
    const timeout: unknown = action.getOptionValue('commandTimeout');
    if (typeof timeout === 'number') context.abortAfter(timeout);
  });
  addAll(command, contents, context);
  return { command, printed: () => printed.join('') };
}

/** The whole tree at once: for completions and the docs. */
export async function buildWholeProgram(context: Context): Promise<Command> {
  const { command } = buildProgram(context);
  const fillAll = async (parent: Command, entries: readonly (Verb | Noun)[]): Promise<void> => {
    for (const entry of entries) {
      const child = parent.commands.find((candidate) => candidate.name() === entry.name) as Command;
      await fill(child, entry, context);
      if ('verbs' in entry) await fillAll(child, entry.verbs);
    }
  };
  await fillAll(command, contents);
  return command;
}

/** Makes the commands of one level; each is filled when it is reached. */
function addAll(parent: Command, entries: readonly (Verb | Noun)[], context: Context): void {
  for (const entry of entries)
    parent
      .command(entry.name, { hidden: 'hidden' in entry })
      .description(entry.summary)
      .enablePositionalOptions()
      .helpCommand(false);
  parent.hook('preSubcommand', async (_parent, subcommand) => {
    const entry = entries.find(({ name }) => name === subcommand.name());
    if (entry !== undefined) await fill(subcommand as Command, entry, context);
  });
}

async function fill(command: Command, entry: Verb | Noun, context: Context): Promise<void> {
  if ('verbs' in entry) addAll(command, entry.verbs, context);
  else (await entry.load())(command, context);
}

/** `--env` and `--env-file` of the temporal CLI: what cannot honour them must not pass over them in silence. */
function refuseUnheard(root: Command, action: Command): void {
  for (const [name, flag] of [
    ['env', '--env'],
    ['envFile', '--env-file'],
  ] as const) {
    const value: unknown = root.getOptionValue(name);
    if (typeof value !== 'string' || action.options.some((option) => option.attributeName() === name)) continue;
    throw new NexusctlError('ENV_STORE_UNSUPPORTED', `${flag} ${value}: the \`temporal env\` store is not read`, {
      hint: 'nexusctl config import --from temporal-env makes a profile of it',
    });
  }
}

/** A flag that stood before the sub-command counts unless the sub-command was given its own. */
function handDown(root: Command, action: Command): void {
  for (const option of root.options) {
    const name = option.attributeName();
    if (root.getOptionValueSource(name) !== 'cli' || action.getOptionValueSource(name) === 'cli') continue;
    const target = action.options.find((candidate) => candidate.attributeName() === name);
    if (target === undefined) continue;
    const value: unknown = root.getOptionValue(name);
    if (target.argChoices !== undefined && !target.argChoices.includes(String(value)))
      throw new NexusctlError('USAGE', `option '${target.flags}' argument '${String(value)}' is invalid`, {
        hint: `one of: ${target.argChoices.join(', ')}`,
      });
    action.setOptionValueWithSource(name, value, 'cli');
  }
}
