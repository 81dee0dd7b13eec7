import { allChecks, isLocal } from '../connectivity/all-checks.ts';
import type { Code } from '../connectivity/catalogue.ts';
import { codeOf, explain, nextSteps, type Explanation } from '../connectivity/explain.ts';
import { catalogue, codes } from '../connectivity/catalogue.ts';
import { runChecks } from '../connectivity/run.ts';
import { subjectOf } from '../connectivity/subject.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { emit } from '../output/emit.ts';
import { codeListView, explainView, noCodeView, pageView } from '../views/explain.ts';
import type { Command } from './commander.ts';
import { readPiped } from './input.ts';
import { examples, withOutput } from './options.ts';
import { examineProfile, withConnection } from './profile-of.ts';
import { secretsOf } from './secrets-of.ts';

const day = 86_400_000;
const longestText = 256 * 1024;

export function explainCommand(command: Command, context: Context): unknown {
  return withConnection(withOutput(command, 'text', 'json', 'jsonl'))
    .argument('[code-or-text...]', 'a code such as TLS012, or a pasted error; without it or with - stdin is read')
    .option('--list', 'print all codes and stop')
    .option('--with-config', 'rank by the local configuration as well: what is proven here comes first')
    .addHelpText(
      'after',
      examples(
        ['what a code means', 'nexusctl explain TLS012'],
        [
          'what an error of any SDK may mean',
          "nexusctl explain 'UNAVAILABLE: No connection established. Last error: …'",
        ],
        ['the end of a worker log', 'tail -50 worker.log | nexusctl explain -'],
      ),
    )
    .action(async (words, options) => {
      if (options.list === true) {
        const items = codes.map((code) => ({ code, layer: catalogue[code].layer, title: catalogue[code].title }));
        await emit(context, options, codeListView, { items, warnings: [] });
        return;
      }
      const text = await textOf(context, words);
      const code = codeOf(text);
      if (code !== null) {
        const { title } = catalogue[code];
        const match = { code, title, confidence: 'high' as const, because: 'the code itself', next: nextSteps(code) };
        await emit(context, options, pageView, { matches: [match], masked: 0 });
        return;
      }
      const local = options.withConfig === true ? await localCodes(context, options) : [];
      const explanation: Explanation = explain(text, local);
      await emit(
        context,
        options,
        /^[a-z]{2,3}\d{3}$/i.test(text.trim()) ? noCodeView : explainView,
        explanation,
        explanation.matches.length === 0 ? exitCodes.no : exitCodes.ok,
      );
    });
}

async function textOf(context: Context, words: readonly string[]): Promise<string> {
  if (words.length > 0 && !(words.length === 1 && words[0] === '-')) return words.join(' ');
  if (context.stdin.isTTY === true && words.length === 0)
    throw new NexusctlError('USAGE', 'explain needs a code, a text, or a pipe', {
      hint: 'nexusctl explain TLS012, or: tail worker.log | nexusctl explain -',
    });
  const tooLarge = (): NexusctlError =>
    new NexusctlError('INPUT_TOO_LARGE', 'the text is longer than 256 KiB', { hint: 'paste the part with the error' });
  return (await readPiped(context, longestText, tooLarge)).toString('utf8');
}

/** What the local checks find, with no packet sent and no command run. */
async function localCodes(context: Context, options: Parameters<typeof examineProfile>[1]): Promise<readonly Code[]> {
  const subject = await subjectOf(await examineProfile(context, options), {
    secrets: secretsOf(context, { offline: true }),
    files: await context.ports.files(),
    env: context.env,
    platform: context.platform,
    home: context.home,
    cwd: context.cwd,
    idleMs: 0,
    now: context.now(),
    certificateExpiryMs: 30 * day,
    keyExpiryMs: 14 * day,
    sdk: null,
    strict: false,
    withCloud: false,
  });
  const { results } = await runChecks(allChecks.filter(isLocal), {
    subject,
    net: await context.ports.net(),
    signal: context.signal,
    deadline: AbortSignal.timeout(10_000),
    stepTimeoutMs: 4000,
    unwanted: new Map(),
    now: () => performance.now(),
    observer: { started: () => undefined, finished: () => undefined },
  });
  return results.flatMap(({ findings }) =>
    findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code),
  );
}
