import { classify } from '../../certificates/classify.ts';
import { isPrivateKey, kindNames } from '../../certificates/kind.ts';
import { manglings } from '../../certificates/mangling.ts';
import { repair, type Repaired } from '../../certificates/repair.ts';
import { commandLine } from '../../connectivity/finding.ts';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { emit } from '../../output/emit.ts';
import { escapeTerminalBlock } from '../../output/escape.ts';
import { repairView, type RepairResult } from '../../views/cert-written.ts';
import { Option, type Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { readSource } from './source.ts';
import { writeNew } from './write.ts';

export function certRepair(command: Command, context: Context): unknown {
  return withOutput(command, 'text', 'json')
    .argument('[source]', 'a file, a reference (env:NAME, s3://…), or - for stdin')
    .option('--key <ref>', 'private key: its certificate goes first')
    .option('--out <file>', 'write it there (0600); without it the PEM goes to stdout')
    .option('--dry-run', 'say what would be mended')
    .option('-y, --yes', 'replace a file that is there')
    .addOption(new Option('--no-input', 'never ask'))
    .addHelpText(
      'after',
      examples(
        [
          'a variable whose line breaks were lost',
          'nexusctl cert repair env:TEMPORAL_TLS_CLIENT_CERT_DATA --out client.pem',
        ],
        ['a bundle in the wrong order', 'nexusctl cert repair bundle.pem --key client.key --out client.pem'],
        ['DER to PEM', 'nexusctl cert repair client.der > client.pem'],
      ),
    )
    .action(async (source, options) => {
      const { name, bytes, warnings } = await readSource(context, source);
      const key = options.key === undefined ? undefined : await readKeyItem(context, options.key);
      const repaired = repair(bytes, key);
      if (repaired === null) throw unsavable(name, bytes);
      const holdsKey = repaired.items.some(({ kind }) => isPrivateKey(kind) || kind === 'encrypted-key');
      if (holdsKey) context.redactor.add(repaired.pem);
      refuseKeyOnScreen(context, options, holdsKey);
      const write = options.out !== undefined && options.dryRun !== true;
      if (write) await writeNew(context, options, [{ path: options.out ?? '', text: repaired.pem }]);
      const showsPem = options.out === undefined && options.dryRun !== true;
      const result = resultOf(name, repaired, {
        out: options.out,
        dryRun: options.dryRun === true,
        changed: write,
        pem: showsPem && (options.output === 'text' || !holdsKey),
        warnings,
      });
      if (showsPem && options.output === 'text') await context.stderr.write(escapeTerminalBlock(summary(result)));
      await emit(context, options, repairView, result, repaired.lost ? exitCodes.no : exitCodes.ok);
    });
}

async function readKeyItem(context: Context, reference: string): Promise<Uint8Array> {
  const { name, bytes } = await readSource(context, reference);
  const item = classify(bytes).items.find(({ kind }) => isPrivateKey(kind));
  if (item !== undefined) return item.der;
  throw new NexusctlError('KEY_INVALID', `${name} holds no private key that can be used`, {
    hint: `nexusctl cert inspect ${name} says what it is`,
  });
}

function unsavable(name: string, bytes: Uint8Array): NexusctlError {
  const { damage, items } = classify(bytes);
  const container = items.length > 0;
  return new NexusctlError(
    'INPUT_INVALID',
    `nothing in ${name} can be saved: ${container ? 'it is a PKCS#12 container' : (damage ?? 'unknown')}`,
    {
      hint: container
        ? `open it: ${commandLine('openssl', 'pkcs12', '-in', { FILE: name }, '-nodes', '-out', 'client-and-key.pem')}`
        : 'get it again from where it was issued; what is lost cannot be guessed',
      details: { source: name },
    },
  );
}

/** A private key goes into a pipe or a file, never onto a screen or into a recording of it. */
function refuseKeyOnScreen(
  { stdout }: Context,
  { out, dryRun }: { readonly out?: string; readonly dryRun?: true },
  holdsKey: boolean,
): void {
  if (!holdsKey || out !== undefined || dryRun === true || !stdout.isTTY) return;
  throw new NexusctlError('USAGE', 'this is a private key, and stdout is a terminal', {
    hint: 'write it to a file with --out FILE',
  });
}

interface How {
  readonly out: string | undefined;
  readonly dryRun: boolean;
  readonly changed: boolean;
  readonly pem: boolean;
  readonly warnings: readonly string[];
}

function resultOf(source: string, { pem, mended, items, lost }: Repaired, how: How): RepairResult {
  return {
    source,
    changed: how.changed,
    dryRun: how.dryRun,
    mended: mended.map((name) => ({
      name,
      what: name === 'order' ? 'its certificates are in the wrong order' : manglings[name].what,
    })),
    contents: items.map(({ kind }) => kindNames[kind]),
    complete: !lost,
    ...(how.out === undefined ? {} : { out: how.out }),
    ...(how.pem ? { pem } : {}),
    warnings: [...how.warnings, ...(lost ? ['a block could not be saved and is left out'] : [])],
  };
}

function summary({ source, mended, warnings }: RepairResult): string {
  const what =
    mended.length === 0 ? 'nothing had to be mended' : `mended: ${mended.map((entry) => entry.what).join(', ')}`;
  return [`${source}: ${what}`, ...warnings, ''].join('\n');
}
