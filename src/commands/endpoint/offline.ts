import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { statusAt } from '../../endpoints/allowlist.ts';
import type { Backend, Endpoint } from '../../endpoints/endpoint.ts';
import type { NexusFile } from '../../endpoints/nexus-file/content.ts';
import { joinFiles, readNexusFile } from '../../endpoints/nexus-file/nexus-file.ts';
import { readPolicy, sha256, type Policy } from '../../endpoints/policy/policy.ts';
import { endpointsOfPolicy } from '../../endpoints/self-hosted.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { ConnectionFlags } from '../../profile/flags.ts';
import { policyOf } from '../backend-of.ts';
import { Option } from '../commander.ts';
import { collect } from '../options.ts';
import { profileOf } from '../profile-of.ts';

/** The flags of questions that files can answer too. */
export function withFiles<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return withNexusFiles(command, 'nexus.yaml, a folder of them, or a policy file').addOption(
    new Option('--offline', 'answer from files alone'),
  );
}

export function withNexusFiles<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
  what: string,
) {
  return command
    .addOption(new Option('-f, --file <path>', what))
    .addOption(
      new Option('--var <name>', 'environment variable whose ${NAME} counts in nexus.yaml; repeatable').argParser(
        collect,
      ),
    );
}

/** What files say: endpoints with their lists, and the policy when they are one. */
export interface Answers {
  readonly backend: Backend;
  readonly endpoints: readonly Endpoint[];
  readonly policy: Policy | null;
}

type FileFlags = ConnectionFlags & {
  readonly file?: string | undefined;
  readonly var?: readonly string[] | undefined;
};

/** Answers out of `-f`, or out of the profile's policy file. */
export async function fromFiles(context: Context, options: FileFlags): Promise<Answers> {
  const { file } = options;
  if (file === undefined) {
    const store = await policyOf(context, await profileOf(context, options));
    if (store === null)
      throw new NexusctlError('USAGE', '--offline needs a file to answer from', {
        hint: 'give -f nexus.yaml or --policy-file',
      });
    const policy = await store.read();
    if (policy === null)
      throw new NexusctlError('POLICY_MISSING', `there is no policy at ${store.path}`, {
        hint: 'check the path, or make one with `nexusctl endpoint policy init`',
      });
    return { backend: 'self-hosted', policy, endpoints: endpointsOfPolicy(policy, context.now()) };
  }
  if (file.endsWith('.json')) {
    const bytes = await readBytes(context, file);
    // nexus.yaml may be written as JSON too; only a policy has `default`.
    if (/"default"\s*:/.test(Buffer.from(bytes).toString('utf8'))) {
      const policy = readPolicy(new Map([['nexus-policy.json', bytes]]));
      return { backend: 'self-hosted', policy, endpoints: endpointsOfPolicy(policy, context.now()) };
    }
  }
  const joined = joinFiles(await nexusFiles(context, options));
  const withStatus = statusAt(context.now());
  return {
    backend: joined.cluster === undefined ? 'cloud' : 'self-hosted',
    policy: null,
    endpoints: joined.endpoints.map(({ name, target, description, allow = [], blocked = [] }) => ({
      name,
      ...(target === undefined ? {} : { target }),
      ...(description === undefined ? {} : { description }),
      callers: allow.filter(({ namespace }) => !blocked.includes(namespace)).map(withStatus),
      ...(blocked.length === 0 ? {} : { blocked }),
    })),
  };
}

const largest = 256 * 1024 * 1024;

/** The nexus.yaml files of `-f`: one file, or every .yaml and .yml of a folder. */
export async function nexusFiles(context: Context, options: FileFlags): Promise<readonly NexusFile[]> {
  const { file } = options;
  if (file === undefined)
    throw new NexusctlError('USAGE', 'a nexus.yaml is missing', { hint: 'name it with -f nexus.yaml' });
  const values = valuesOf(context, options.var ?? []);
  const paths = await pathsOf(context, file);
  if (paths.length === 0) throw new NexusctlError('FILE_UNREADABLE', `there is no .yaml file in ${file}`);
  const read: NexusFile[] = [];
  for (const path of paths) {
    const bytes = await readBytes(context, path);
    refuseOtherThanUtf8(bytes, path);
    const one = await readNexusFile(path, bytes, values.size === 0 ? undefined : expander(values));
    // What the variables say is as much a part of it as what the file says.
    read.push(values.size === 0 ? one : { ...one, digest: sha256(JSON.stringify([one.digest, ...values])) });
  }
  return read;
}

async function pathsOf(context: Context, file: string): Promise<readonly string[]> {
  const files = await context.ports.files();
  const path = resolve(context.cwd, file);
  if ((await files.stat(path))?.kind !== 'folder') return [file];
  const names = await (await context.ports.endpoints()).filesIn(path);
  return names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).map((name) => resolve(path, name));
}

async function readBytes(context: Context, file: string): Promise<Uint8Array> {
  const bytes = await (await context.ports.files()).read(resolve(context.cwd, file), largest);
  if (bytes !== null) return bytes;
  throw new NexusctlError('FILE_UNREADABLE', `there is no file ${file}`, {
    hint: 'check the path',
    details: { path: file },
  });
}

function refuseOtherThanUtf8(bytes: Uint8Array, path: string): void {
  if (isUtf8(bytes)) return;
  throw new NexusctlError('INPUT_INVALID', `${path} is not UTF-8 text`, { hint: 'save it as UTF-8' });
}

const credential = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|CODEC_AUTH|GRPC_META|^AWS_/i;

/** The values of --var; a credential never gets into a file's texts (security.md 7). */
function valuesOf({ env, redactor }: Context, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    names.map((name) => {
      const value = env[name];
      if (credential.test(name) || (value !== undefined && redactor.redact(value) !== value))
        throw new NexusctlError('USAGE', `--var ${name}: a credential is never put into a file's text`);
      if (value === undefined) throw new NexusctlError('USAGE', `--var ${name}: there is no such variable`);
      return [name, value] as const;
    }),
  );
}

function expander(values: ReadonlyMap<string, string>): (text: string) => string {
  return (text) => text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (all, name: string) => values.get(name) ?? all);
}
