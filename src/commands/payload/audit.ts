import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { auditDocuments } from '../../payload/audit.ts';
import { auditView } from '../../views/audit.ts';
import { Option, type Command } from '../commander.ts';
import { collect, examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { documentOf } from './input-of.ts';
import { keysOf } from './keys-of.ts';
import { withKeys } from './options.ts';

export function payloadAudit(command: Command, context: Context): unknown {
  return withKeys(withConnection(withOutput(command, 'text', 'json', 'csv', 'sarif')))
    .argument('[files...]', 'histories and other documents; - or nothing: standard input')
    .addOption(
      new Option('--needs <id>', 'a key to retire: exit 1 while a payload needs it; repeatable').argParser(collect),
    )
    .option('--require-encryption', 'plaintext is an error everywhere, not only for endpoints of the keyring')
    .option('--iam-policy', 'print only the IAM policy that a codec server with this keyring needs')
    .addHelpText(
      'after',
      examples(
        ['what is encrypted with which key', 'nexusctl payload audit run.json'],
        ['may this key be retired?', 'nexusctl payload audit --needs orders-2025 exports/*.json'],
        ['for code scanning', 'nexusctl payload audit -o sarif run.json > payloads.sarif'],
      ),
    )
    .action(async (files, options) => {
      const { keys, warnings } = await keysOf(context, options);
      const names = files.length === 0 && options.iamPolicy !== true ? ['-'] : files;
      const documents = async function* () {
        for (const name of names)
          yield { name: names.length > 1 ? name : '', document: await documentOf(context, name, 'auto') };
      };
      const needs = options.needs ?? [];
      const audit = await auditDocuments(documents(), keys, { needs, required: options.requireEncryption === true });
      const result = { ...audit, needs, policyOnly: options.iamPolicy === true, warnings: warnings() };
      const bad = audit.summary.errors > 0 || (options.strict === true && audit.summary.warnings > 0);
      await emit(context, options, auditView, result, bad ? 1 : 0);
    });
}
