import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { keygenView } from '../../views/keygen.ts';
import { Option, type Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';

export function payloadKeygen(command: Command, context: Context): unknown {
  return withOutput(command, 'text', 'json')
    .addOption(
      new Option('--format <format>', 'how the key is spelled')
        .choices(['hex', 'base64'] as const)
        .default('base64' as const),
    )
    .option('--out <file>', 'write it to a new file that only you may read')
    .addHelpText(
      'after',
      examples(
        ['a key of 256 bits in a new file', 'nexusctl payload keygen --out orders-2026.key'],
        ['the same through a pipe', 'nexusctl payload keygen > orders-2026.key'],
      ),
    )
    .action(async (options) => {
      const key = randomBytes(32).toString(options.format);
      context.redactor.add(key);
      const path = options.out === undefined ? undefined : resolve(context.cwd, options.out);
      if (path !== undefined)
        await (await context.ports.files()).write(path, `${key}\n`, { create: true, mode: 0o600 });
      const result = {
        algorithm: 'AES-256-GCM',
        format: options.format,
        ...(path === undefined ? { key } : { path }),
        messageLimit: 2 ** 32,
        warnings: [
          'random nonces: at most 2^32 payloads under one long-lived key; for more volume use a KMS key, which changes data keys',
        ],
      };
      await emit(context, options, keygenView, result);
      if (options.output === 'text') await context.stderr.write(`${result.warnings.join('\n')}\n`);
    });
}
