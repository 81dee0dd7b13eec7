import type { Command } from './commands/commander.ts';
import type { Context } from './context.ts';

/**
 * Declares one verb: fills the command that its parent made. The chain of calls is the declaration.
 * @param wholeProgram the tree with every verb declared, for the verbs that speak of all others
 */
export type Declare = (
  command: Command,
  context: Context,
  wholeProgram: (context: Context) => Promise<Command>,
) => unknown;

interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Declare>;
  /** Called by other programs, not by people: not in the help. */
  readonly hidden: boolean;
}

interface Noun {
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly Entry[];
}

export type Entry = Verb | Noun;

function verb(name: string, summary: string, load: Verb['load'], { hidden = false } = {}): Verb {
  return { name, summary, load, hidden };
}

function noun(name: string, summary: string, verbs: readonly Entry[]): Noun {
  return { name, summary, verbs };
}

/** Nothing behind a loader is read until its verb is called. */
export const contents: readonly Entry[] = [
  verb(
    'connect-test',
    'test the path from here to the namespace, layer by layer; name one root cause',
    async () => (await import('./commands/connect-test.ts')).connectTest,
  ),
  verb(
    'explain',
    'turn a pasted error of any SDK into ranked causes and the check that tells them apart',
    async () => (await import('./commands/explain.ts')).explainCommand,
  ),
  noun('config', 'profiles in temporal.toml, with the origin of every value', [
    verb('list', 'the profiles of both files', async () => (await import('./commands/config/list.ts')).configList),
    verb(
      'show',
      'every effective value, its origin, and what other programs make of it',
      async () => (await import('./commands/config/show.ts')).configShow,
    ),
    verb(
      'set',
      'change one setting; comments and unknown keys stay',
      async () => (await import('./commands/config/set.ts')).configSet,
    ),
    verb('unset', 'remove settings', async () => (await import('./commands/config/unset.ts')).configUnset),
    verb(
      'import',
      'make profiles of older variables, of tcld and of the `temporal env` store',
      async () => (await import('./commands/config/import.ts')).configImport,
    ),
    verb(
      'path',
      'where the configuration files are',
      async () => (await import('./commands/config/path.ts')).configPath,
    ),
  ]),
  noun('cert', 'look at, issue and mend certificates and keys', [
    verb(
      'inspect',
      'what a file, a variable or a server holds, and what is wrong with it',
      async () => (await import('./commands/cert/inspect.ts')).certInspect,
    ),
    verb(
      'generate',
      'a CA, or a certificate of it, as Temporal Cloud accepts them',
      async () => (await import('./commands/cert/generate.ts')).certGenerate,
    ),
    verb(
      'repair',
      'a mangled certificate or key as PEM that every SDK reads',
      async () => (await import('./commands/cert/repair.ts')).certRepair,
    ),
  ]),
  noun('namespace', 'namespaces and how one gets into them', [
    verb(
      'list',
      'all namespaces; exit 1 when a client CA ends soon',
      async () => (await import('./commands/namespace/list.ts')).namespaceList,
    ),
    verb('get', 'one namespace', async () => (await import('./commands/namespace/get.ts')).namespaceGet),
  ]),
  {
    name: 'endpoint',
    summary: 'Nexus endpoints and who may call them',
    verbs: [
      verb(
        'list',
        'all endpoints, with filters',
        async () => (await import('./commands/endpoint/list.ts')).endpointList,
      ),
      verb('get', 'one endpoint', async () => (await import('./commands/endpoint/get.ts')).endpointGet),
      verb('create', 'a new endpoint', async () => (await import('./commands/endpoint/create.ts')).endpointCreate),
      verb(
        'update',
        'another target, description or name',
        async () => (await import('./commands/endpoint/update.ts')).endpointUpdate,
      ),
      verb(
        'delete',
        'delete an endpoint; asks for its name',
        async () => (await import('./commands/endpoint/delete.ts')).endpointDelete,
      ),
      verb(
        'allow',
        'let namespaces call an endpoint',
        async () => (await import('./commands/endpoint/allow.ts')).endpointAllow,
      ),
      verb(
        'revoke',
        'take namespaces off an endpoint, or one off all',
        async () => (await import('./commands/endpoint/revoke.ts')).endpointRevoke,
      ),
      verb(
        'callers',
        'who may call an endpoint, and who explains it',
        async () => (await import('./commands/endpoint/callers.ts')).endpointCallers,
      ),
      verb(
        'set-callers',
        'state the whole list; shows who loses',
        async () => (await import('./commands/endpoint/set-callers.ts')).endpointSetCallers,
      ),
      verb(
        'check',
        'may a namespace call an endpoint, and why not; exit 1 for no',
        async () => (await import('./commands/endpoint/check.ts')).endpointCheck,
      ),
      verb(
        'reachable',
        'what a namespace may call',
        async () => (await import('./commands/endpoint/reachable.ts')).endpointReachable,
      ),
      verb('matrix', 'who may call what', async () => (await import('./commands/endpoint/matrix.ts')).endpointMatrix),
      verb(
        'export',
        'what is there as nexus.yaml or Terraform',
        async () => (await import('./commands/endpoint/export.ts')).endpointExport,
      ),
      verb(
        'plan',
        'what nexus.yaml would change; exit 1 for drift',
        async () => (await import('./commands/endpoint/plan.ts')).endpointPlan,
      ),
      verb(
        'apply',
        'make it as nexus.yaml, or a saved plan, says',
        async () => (await import('./commands/endpoint/apply.ts')).endpointApply,
      ),
      noun('policy', 'the allowlist of a self-hosted cluster', [
        verb(
          'init',
          'write a policy file with default deny',
          async () => (await import('./commands/endpoint/policy/init.ts')).policyInit,
        ),
        verb(
          'lint',
          'the policy against the endpoints and namespaces of the cluster',
          async () => (await import('./commands/endpoint/policy/lint.ts')).policyLint,
        ),
        verb(
          'status',
          'which server has loaded which policy; exit 8 until all have this one',
          async () => (await import('./commands/endpoint/policy/status.ts')).policyStatus,
        ),
      ]),
    ],
  },
  noun('payload', 'open, write, move and audit payloads', [
    verb(
      'inspect',
      'what a payload is and which key it needs; no key needed to ask',
      async () => (await import('./commands/payload/inspect.ts')).payloadInspect,
    ),
    verb(
      'decode',
      'the values of payloads, or the whole document with them',
      async () => (await import('./commands/payload/decode.ts')).payloadDecode,
    ),
    verb('decrypt', 'another name of decode', async () => (await import('./commands/payload/decode.ts')).payloadDecode),
    verb(
      'encrypt',
      'the same document with its payloads encrypted',
      async () => (await import('./commands/payload/encrypt.ts')).payloadEncrypt,
    ),
    verb(
      'audit',
      'which keys and formats are used where, plaintext, sizes, and whether a key can be retired',
      async () => (await import('./commands/payload/audit.ts')).payloadAudit,
    ),
    verb('keygen', 'a new key for payloads', async () => (await import('./commands/payload/keygen.ts')).payloadKeygen),
  ]),
  noun('kms', 'key services for payloads', [
    verb(
      'check',
      'prove that the KMS keys of the keyring can be used, or say which permission is missing',
      async () => (await import('./commands/kms/check.ts')).kmsCheck,
    ),
  ]),
  noun('codec-server', 'serve keys to the Web UI and the CLI; find out why a codec server is not used', [
    verb(
      'start',
      'a codec server with the keys of the keyring',
      async () => (await import('./commands/codec-server/start.ts')).codecServerStart,
    ),
    verb(
      'test',
      'examine a codec server as the Web UI and the CLI use it',
      async () => (await import('./commands/codec-server/test.ts')).codecServerTest,
    ),
  ]),
  noun('sandbox', 'a rehearsal account on this machine: no Temporal needed', [
    verb(
      'start',
      'run a rehearsal account until it is interrupted',
      async () => (await import('./commands/sandbox/start.ts')).sandboxStart,
    ),
    verb(
      'run',
      'run a command that sees only a rehearsal account',
      async () => (await import('./commands/sandbox/run.ts')).sandboxRun,
    ),
  ]),
  verb(
    'completion',
    'a completion script for bash, zsh, fish or PowerShell',
    async () => (await import('./commands/completion.ts')).completion,
  ),
  verb(
    '__complete',
    "cobra's completion protocol, for the temporal CLI",
    async () => (await import('./commands/complete.ts')).complete,
    { hidden: true },
  ),
];
