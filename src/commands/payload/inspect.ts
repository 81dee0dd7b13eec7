import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { inspectDocument } from '../../payload/inspect.ts';
import { emptyKeyring, type KeyPorts } from '../../payload/keyring.ts';
import { openKeys } from '../../payload/keys.ts';
import { inspectView } from '../../views/inspect.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { documentOf } from './input-of.ts';
import { withInput } from './options.ts';

export function payloadInspect(command: Command, context: Context): unknown {
  return withOutput(withInput(command), 'text', 'json', 'jsonl')
    .addHelpText(
      'after',
      examples(
        ['which key and format is it? No key is needed to ask', 'nexusctl payload inspect payload.json'],
        ['every payload of a history', 'temporal workflow show -w ID -o json | nexusctl payload inspect'],
      ),
    )
    .action(async (file, options) => {
      const document = await documentOf(context, file, options.inputForm);
      const keys = openKeys(emptyKeyring, noPorts, { layerBytes: options.maxLayerBytes });
      const result = await inspectDocument(document, keys);
      await emit(context, options, inspectView, result, result.summary.malformed > 0 ? 1 : 0);
    });
}

/** Nothing that needs a key is opened, so none is asked for. */
const refuse = (): Promise<never> => Promise.reject(new Error('inspect uses no key'));
const noPorts: KeyPorts = { secret: refuse, kms: refuse, exec: refuse, encryptionSdk: refuse, vault: refuse };
