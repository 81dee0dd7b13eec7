import { catalogue, codes, type Code } from '../connectivity/catalogue.ts';
import { nextSteps } from '../connectivity/explain.ts';
import { signatures } from '../connectivity/signatures.ts';
import { exitCodes } from '../errors/exit-codes.ts';

export { codes };

/** The page of one code in docs/checks, in Markdown. */
export function checkPage(code: Code): string {
  const { title, means, layer, severity, exit, fix } = catalogue[code];
  const command = nextSteps(code).find((step) => step.command !== undefined)?.command;
  const said = signatures.filter((signature) => signature.codes.includes(code));
  const lines = [
    `# ${code}: ${title}`,
    '',
    means,
    '',
    `Layer ${layer}, ${severity}, exit ${String(exitCodes[exit])}.`,
    '',
    '## What to do',
    '',
    ...fix.map((text) => `- ${text}`),
    ...(command === undefined ? [] : ['', '## The check that tells', '', '```sh', command, '```']),
    ...(said.length === 0 ? [] : ['', '## How SDKs show it', '', ...said.map(({ says }) => `- ${says}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** All codes by layer. */
export function checkIndex(): string {
  const layers = [...new Set(codes.map((code) => catalogue[code].layer))];
  const sections = layers.flatMap((layer) => [
    `## ${layer}`,
    '',
    ...codes
      .filter((code) => catalogue[code].layer === layer)
      .map((code) => `- [${code}](${code}.md): ${catalogue[code].title}`),
    '',
  ]);
  return [
    '# What connect-test can find',
    '',
    'Made by `npm run docs` from src/connectivity/catalogue.ts.',
    '',
    ...sections,
  ].join('\n');
}
