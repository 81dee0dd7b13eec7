import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { inspectDocuments } from '../../payload/inspect.ts';
import { emptyKeyring, type KeyPorts } from '../../payload/keys/keyring.ts';
import { openKeys } from '../../payload/keys/keys.ts';
import { inspectView } from '../../views/inspect.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { withHistories, withInput } from './options.ts';
import { withSources } from './sources-of.ts';

export function payloadInspect(command: Command, context: Context): unknown {
  return withConnection(withOutput(withHistories(withInput(command)), 'text', 'json', 'jsonl'))
    .addHelpText(
      'after',
      examples(
        ['which key and format is it? No key is needed to ask', 'nexusctl payload inspect payload.json'],
        ['every payload of a workflow, fetched', 'nexusctl payload inspect --profile prod --workflow-id order-42'],
      ),
    )
    .action(async (file, options) => {
      const keys = openKeys(emptyKeyring, noPorts, { layerBytes: options.maxLayerBytes });
      await withSources(context, file === undefined ? [] : [file], options.inputForm, options, async (sources) => {
        const inspection = await inspectDocuments(sources.documents, keys);
        const result = { ...inspection, warnings: sources.warnings() };
        await emit(context, options, inspectView, result, result.summary.malformed > 0 ? 1 : 0);
      });
    });
}

/** Nothing that needs a key is opened, so none is asked for. */
const refuse = (): Promise<never> => Promise.reject(new Error('inspect uses no key'));
const noPorts: KeyPorts = {
  secret: refuse,
  kms: refuse,
  exec: refuse,
  encryptionSdk: refuse,
  vault: refuse,
  stored: refuse,
};
