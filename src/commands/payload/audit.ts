import type { Context } from '../../context.ts';
import { auditDocuments } from '../../payload/audit/audit.ts';
import { policyGaps } from '../../payload/keys/iam-policy.ts';
import { auditView } from '../../views/audit.ts';
import { Option, type Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { collect, examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';
import { keysOf } from './keys-of.ts';
import { withHistories, withKeys } from './options.ts';
import { withSources, type Sources } from './sources-of.ts';

export function payloadAudit(command: Command, context: Context): unknown {
  return withKeys(withConnection(withOutput(withHistories(command), 'text', 'json', 'csv', 'sarif')))
    .argument('[files...]', 'histories and other documents; - or nothing: standard input')
    .addOption(
      new Option('--needs <id>', 'a key to retire: exit 1 while a payload needs it; repeatable').argParser(collect),
    )
    .option('--require-encryption', 'plaintext is an error everywhere, not only for endpoints of the keyring')
    .option('--try-keys', 'read the keys, to say which one opens what names only an endpoint, or no key')
    .option('--iam-policy', 'print only the IAM policy that a codec server with this keyring needs')
    .addHelpText(
      'after',
      examples(
        ['what is encrypted with which key', 'nexusctl payload audit run.json'],
        ['may this key be retired?', 'nexusctl payload audit --needs orders-2025 exports/*.json'],
        ['every running order', `nexusctl payload audit --query "WorkflowType='Order' AND ExecutionStatus='Running'"`],
        ['for code scanning', 'nexusctl payload audit -o sarif run.json > payloads.sarif'],
      ),
    )
    .action(async (files, options) => {
      const { keys, warnings } = await keysOf(context, options);
      const needs = options.needs ?? [];
      const judge = async ({ documents, warnings: fetched }: Pick<Sources, 'documents' | 'warnings'>) => {
        const audit = await auditDocuments(documents, keys, {
          needs,
          required: options.requireEncryption === true,
          tryKeys: options.tryKeys === true,
        });
        const policyOnly = options.iamPolicy === true;
        const told = [...warnings(), ...fetched(), ...audit.warnings, ...(policyOnly ? policyGaps(keys.keyring) : [])];
        const [file = '-'] = files;
        const source = options.workflowId ?? (file === '-' ? 'stdin' : file);
        const result = { ...audit, policyOnly, source, version: context.version, warnings: told };
        const bad = audit.summary.errors > 0 || (options.strict === true && audit.summary.warnings > 0);
        await emitWarned(context, options, auditView, result, bad && !policyOnly ? 1 : 0);
      };
      const isPolicyAlone = options.iamPolicy === true && files.length === 0 && !(options.workflowId ?? options.query);
      if (isPolicyAlone) await judge({ documents: nothing(), warnings: () => [] });
      else await withSources(context, files, 'auto', options, judge);
    });
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of nothing
async function* nothing(): AsyncGenerator<never> {
  return;
}
