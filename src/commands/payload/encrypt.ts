import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Change } from '../../payload/handled.ts';
import type { Keys } from '../../payload/keys/keys.ts';
import { after } from '../../payload/model/maybe.ts';
import { sampleEndpointKeys } from '../../payload/families/presets.ts';
import { sealOnce } from '../../payload/seal.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { keysOf } from './keys-of.ts';
import { withHistories, withInput, withKeys } from './options.ts';
import { intoTarget, targetOf } from './output-of.ts';
import { withSources } from './sources-of.ts';
import { writeDocument } from './write.ts';

export function payloadEncrypt(command: Command, context: Context): unknown {
  return withKeys(withConnection(withOutput(withHistories(withInput(command)), 'text', 'json')))
    .option('--active <id>', 'the key that encrypts, instead of the active one of the keyring')
    .option('--endpoint <name>', 'encrypt for this Nexus endpoint, with its key of [keyring.endpoints]')
    .option('--out <file>', 'write to a file that only you may read')
    .addHelpText(
      'after',
      examples(
        ['a value', `echo '{"amount": 5}' | nexusctl payload encrypt --key orders-2026=file:./orders.key`],
        [
          'an exported history moves to another key',
          'nexusctl payload decode --mode replay run.json | nexusctl payload encrypt --active orders-2027 --out new.json',
        ],
      ),
    )
    .action(async (file, options) => {
      if (options.codecEndpoint !== undefined)
        throw new NexusctlError('USAGE', 'a codec server is not asked to encrypt', {
          hint: 'give the key: --key ID=REF',
        });
      const { keys, warnings } = await keysOf(context, options);
      if (options.endpoint !== undefined) refuseWithoutKey(keys, options.endpoint);
      let kept = 0;
      const seal: Change = (payload, position, budget) => {
        const place = options.endpoint === undefined ? position : { ...position, endpoint: options.endpoint };
        return after(sealOnce(payload, keys, place, budget), (opened) => {
          if (opened.status === 'unchanged') kept += 1;
          return opened;
        });
      };
      await withSources(context, file === undefined ? [] : [file], options.inputForm, options, async (sources) => {
        const target = await targetOf(context, options.out);
        await intoTarget(target, async () => {
          const told = () => [...warnings(), ...sources.warnings(), ...keptWarning(kept)];
          const output = { ...options, target, warnings: told, isFile: options.out !== undefined };
          const summary = await writeDocument(context, sources, seal, 'replay', output);
          context.outcome.exitCode = summary.failed > 0 ? 1 : 0;
        });
      });
    });
}

/** An endpoint that was named is meant: a typo in it must not fall back to another key, as in a history it would. */
function refuseWithoutKey({ keyring }: Keys, endpoint: string): void {
  if (keyring.endpoints.has(endpoint) || (keyring.presets.has('endpoint') && sampleEndpointKeys.has(endpoint))) return;
  const known = [...keyring.endpoints.keys()];
  throw new NexusctlError('KEY_MISSING', `the keyring has no key for the endpoint '${endpoint}'`, {
    hint: known.length === 0 ? 'add a list for it under [keyring.endpoints]' : `it has keys for ${known.join(', ')}`,
  });
}

/** Somebody who moves a history to another key should know that a part of it stays under the one it has. */
function keptWarning(kept: number): readonly string[] {
  if (kept === 0) return [];
  const what =
    kept === 1
      ? '1 payload is encrypted already and stays as it is'
      : `${String(kept)} payloads are encrypted already and stay as they are`;
  return [`${what}; \`nexusctl payload decode --mode replay\` opens them first`];
}
