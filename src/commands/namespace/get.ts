import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { nearest } from '../../profile/nearest.ts';
import { namespaceView } from '../../views/namespace.ts';
import { withBackend } from '../backend-of.ts';
import type { Command } from '../commander.ts';
import { emitWarned } from '../emit-warned.ts';
import { examples, withOutput } from '../options.ts';
import { withConnection } from '../profile-of.ts';

export function namespaceGet(command: Command, context: Context) {
  return withConnection(withOutput(command, 'text', 'json'))
    .argument('<name>', 'the namespace; on Cloud its id')
    .addHelpText('after', examples(['one namespace', 'nexusctl namespace get orders.a1b2c']))
    .action(async (name, options) => {
      await withBackend(context, options, 'read', async (opened) => {
        const namespace = await opened.namespaces.get(name, context.signal);
        if (namespace === null) {
          const close = nearest(
            name,
            (await opened.namespaces.list(context.signal)).map((one) => one.name),
          );
          throw new NexusctlError('NAMESPACE_NOT_FOUND', `there is no namespace ${name}`, {
            hint: close === undefined ? 'see `nexusctl namespace list`' : `did you mean ${close}?`,
            details: { namespace: name },
          });
        }
        const next =
          opened.kind === 'cloud'
            ? [
                `a new client CA: temporal cloud namespace mtls cert-ca create --namespace ${name}`,
                `an API key: temporal cloud apikey create-for-me`,
              ]
            : [];
        const result = {
          ...(await opened.envelope()),
          ...namespace,
          ...(next.length === 0 ? {} : { next }),
          warnings: opened.warnings,
        };
        await emitWarned(context, options, namespaceView, result);
      });
    });
}
