import { catalogue, type Code } from '../connectivity/catalogue.ts';
import type { Explanation, Match } from '../connectivity/explain.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import type { Style } from '../output/style.ts';
import type { View } from '../output/view.ts';

export const explainView: View<Explanation> = {
  text: ({ matches, masked }, style) => {
    const notes =
      masked === 0
        ? []
        : [
            style.yellow(
              `the text held ${String(masked)} secret${masked === 1 ? '' : 's'}, masked here: what was pasted or logged should be replaced`,
            ),
          ];
    if (matches.length === 0)
      return [...notes, 'nothing in this text is known; test the connection itself: nexusctl connect-test'].join('\n');
    const sure = matches[0]?.confidence === 'high';
    const head = sure ? [] : ['this text fits several causes; the checks below tell them apart'];
    return [...notes, ...head, ...matches.slice(0, 5).map((match) => matchText(match, style))].join('\n');
  },
};

/** For what looks like a code and is none. */
export const noCodeView: View<Explanation> = {
  text: () => 'there is no such code; all of them: nexusctl explain --list',
};

function matchText({ code, title, confidence, because, next }: Match, style: Style): string {
  const steps = next.flatMap(({ text, command }) => [
    `    ${text}`,
    ...(command === undefined ? [] : [`      $ ${style.cyan(command)}`]),
  ]);
  return [`${style.bold(code)} ${title} ${style.dim(`(${confidence}: ${because})`)}`, ...steps].join('\n');
}

/** The page of a code, the same in a terminal and in docs/checks. */
export const pageView: View<Explanation> = {
  text: ({ matches }, style) => {
    const match = matches[0];
    if (match === undefined) return '';
    const { layer, severity, exit, means } = catalogue[match.code];
    return [
      `${style.bold(match.code)} ${style.bold(match.title)}`,
      style.dim(`layer ${layer}, ${severity}, exit ${String(exitCodes[exit])}`),
      '',
      means,
      '',
      ...match.next.flatMap(({ text, command }) => [
        `- ${text}`,
        ...(command === undefined ? [] : [`    $ ${style.cyan(command)}`]),
      ]),
    ].join('\n');
  },
};

interface ListedCode {
  readonly code: Code;
  readonly layer: string;
  readonly title: string;
}

export const codeListView: View<{ readonly items: readonly ListedCode[]; readonly warnings: readonly string[] }> = {
  text: ({ items }) => items.map(({ code, layer, title }) => `${code}  ${layer.padEnd(9)}  ${title}`).join('\n'),
};
