import type { Context } from '../../context.ts';
import { emit } from '../../output/emit.ts';
import { showProfile } from '../../profile/show.ts';
import { configShowView } from '../../views/config-show.ts';
import type { Command } from '../commander.ts';
import { examples, withOutput } from '../options.ts';
import { loadRemembered, profileWarnings, refuseEnvStore, withConnection } from '../profile-of.ts';
import { seenContext, withOtherEyes } from '../seen-context.ts';

export function configShow(command: Command, outer: Context) {
  return withOtherEyes(withConnection(withOutput(command, 'text', 'json')))
    .addHelpText(
      'after',
      examples(
        ['what counts here and now, and where each value comes from', 'nexusctl config show'],
        ['the same for another profile', 'nexusctl config show --profile prod -o json'],
        ['what a running worker sees', 'nexusctl config show --env-from-pid 4711'],
      ),
    )
    .action(async (options) => {
      const context = await seenContext(outer, options);
      refuseEnvStore(context, options);
      const { profile, items, findings } = showProfile((await loadRemembered(context, options)).loaded);
      const result = {
        ...(profile.backend === null ? {} : { backend: profile.backend.value }),
        ...(profile.account === undefined ? {} : { account: profile.account.value }),
        profile: profile.name,
        items,
        findings,
        warnings: profileWarnings(profile),
      };
      await emit(context, options, configShowView, result, options.strict && result.warnings.length > 0 ? 1 : 0);
    });
}
