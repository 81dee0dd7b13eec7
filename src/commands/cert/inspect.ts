import { inspect, inspectChain, type InspectOptions, type Inspection } from '../../certificates/inspect.ts';
import { isServer, observeServer, type Served } from '../../certificates/served.ts';
import { isFailure } from '../../connectivity/resolve.ts';
import type { Finding } from '../../connectivity/finding.ts';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { exitCodes, type ExitCode } from '../../errors/exit-codes.ts';
import { emit } from '../../output/emit.ts';
import { inspectionView, type Inspected } from '../../views/cert.ts';
import { Option, type Command } from '../commander.ts';
import { examples, parseDuration, withOutput } from '../options.ts';
import { readSource } from './source.ts';

const month = 30 * 86_400_000;

export function certInspect(command: Command, context: Context): unknown {
  return withOutput(command, 'text', 'json', 'jsonl')
    .argument('[source]', 'a file, a reference (env:NAME, s3://…), HOST:PORT, or - for stdin')
    .addOption(new Option('--as <purpose>', 'what it is for').choices(['client', 'server', 'ca'] as const))
    .option('--cloud', 'judge it by the rules of Temporal Cloud')
    .option('--key <ref>', 'private key that the certificate should belong to')
    .addOption(
      new Option('--expires-in <duration>', 'exit 1 when one ends sooner (warned about: 30d)').argParser(parseDuration),
    )
    .option('--server-name <name>', 'name to ask the server for, and to verify')
    .option('--ca <ref>', 'trust this CA in place of the public ones')
    .addOption(
      new Option('--client-connect-timeout <duration>', 'bound on the connection')
        .argParser(parseDuration)
        .default(5000, '5s'),
    )
    .addHelpText(
      'after',
      examples(
        ['what is this file, and what is wrong with it', 'nexusctl cert inspect client.pem --key client.key'],
        ['the certificate that a variable holds', 'nexusctl cert inspect env:TEMPORAL_TLS_CLIENT_CERT_DATA'],
        ['the chain of a server, and which client CAs it accepts', 'nexusctl cert inspect temporal.example.com:7233'],
        ['fail in CI two weeks before the end', 'nexusctl cert inspect client.pem --expires-in 14d'],
      ),
    )
    .action(async (source, options) => {
      const common = {
        now: context.now(),
        expiresInMs: options.expiresIn ?? month,
        cloud: options.cloud === true,
        purpose: options.as,
      };
      const inspected =
        source !== undefined && (await namesServer(context, source))
          ? await fromServer(context, source, options, common)
          : await fromBytes(context, source, options.key, common);
      await emit(context, options, inspectionView, inspected, exitCodeOf(inspected, options.expiresIn !== undefined));
    });
}

/** A file of that very name wins over a server. */
async function namesServer({ ports, cwd }: Context, source: string): Promise<boolean> {
  if (!isServer(source)) return false;
  const files = await ports.files();
  return (await files.stat(`${cwd}/${source}`)) === null;
}

type Common = Omit<InspectOptions, 'source' | 'key'>;

async function fromBytes(
  context: Context,
  source: string | undefined,
  keyReference: string | undefined,
  common: Common,
): Promise<Inspected> {
  if (source !== undefined && /^https?:\/\//i.test(source))
    throw new NexusctlError('SECRET_REFERENCE_INVALID', `${source} is a URL: a server is named by HOST:PORT`, {
      hint: URL.canParse(source)
        ? `nexusctl cert inspect ${new URL(source).hostname}:${new URL(source).port || '443'}`
        : 'for example nexusctl cert inspect temporal.example:7233',
    });
  const { name, bytes, warnings } = await readSource(context, source);
  const key = keyReference === undefined ? undefined : await readSource(context, keyReference);
  const inspection = inspect(bytes, { ...common, source: name, key: key?.bytes });
  if (isNothing(inspection))
    throw new NexusctlError('INPUT_INVALID', `${name} holds no certificate and no key: ${wordsFor(inspection)}`, {
      hint: 'give a PEM or DER file, a variable as env:NAME, HOST:PORT, or pipe it to `nexusctl cert inspect -`',
      details: { source: name },
    });
  return { ...inspection, warnings: [...warnings, ...(key?.warnings ?? [])] };
}

function isNothing({ items, keys, others }: Inspection): boolean {
  return items.length + keys.length + others.length === 0;
}

function wordsFor({ damage }: Inspection): string {
  switch (damage) {
    case 'empty':
      return 'it is empty';
    case 'truncated':
      return 'it is cut off';
    case 'corrupt':
      return 'its content is neither';
    case 'path':
      return 'it is itself a path';
    case 'java-keystore':
      return 'it is a Java keystore (export from it: keytool -importkeystore -deststoretype PKCS12)';
    case 'template':
      return 'it is a template that nobody filled in';
    case 'unknown':
    case null:
      return 'it is something else';
  }
}

async function fromServer(
  context: Context,
  address: string,
  options: { readonly serverName?: string; readonly ca?: string; readonly clientConnectTimeout: number },
  common: Common,
): Promise<Inspected> {
  const ca = options.ca === undefined ? undefined : await readSource(context, options.ca);
  const served = await observeServer(await context.ports.net(), {
    address,
    serverName: options.serverName,
    ca: ca === undefined ? undefined : Buffer.from(ca.bytes).toString(),
    timeoutMs: options.clientConnectTimeout,
    signal: context.signal,
  });
  const { chain, ...server } = served;
  return {
    source: address,
    server,
    items: inspectChain(chain, { ...common, source: address }),
    keys: [],
    others: [],
    manglings: [],
    damage: null,
    findings: [],
    warnings: [...(ca?.warnings ?? []), ...doubts(served, address)],
  };
}

/** Nothing seen here was verified: say what would have been refused. */
function doubts({ verdict, name }: Served, address: string): readonly string[] {
  const ended = `${address} ends the handshake of somebody without a certificate: what it shows was not verified`;
  return [
    ...(verdict === 'NOT_JUDGED' ? [ended] : []),
    ...(verdict === null || verdict === 'NOT_JUDGED'
      ? []
      : [`${address} is not trusted here (${verdict}): what it shows may be another server's`]),
    ...(name === null ? [] : [`the certificate is not for this name: ${name}`]),
  ];
}

function exitCodeOf({ items, keys, findings }: Inspected, strict: boolean): ExitCode {
  const all: readonly Finding[] = [
    ...findings,
    ...items.flatMap((item) => item.findings),
    ...keys.flatMap((key) => key.findings),
  ];
  const wrong = all.some((found) => isFailure(found) || (strict && found.code === 'CRT006'));
  return wrong ? exitCodes.no : exitCodes.ok;
}
