import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { wholeProgram } from './helpers/context.ts';

const pages = [
  'README.md',
  ...['docs', 'docs/checks', 'authorizer']
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.md')),
];

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^ *```(\w*)[^\n]*\n([\s\S]*?)^ *```/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body.replace(/\\\n\s*/g, ' '),
  }));
}

/** Every command line of nexusctl in a page: in its blocks, behind npx and `--`, in lists of YAML, and in running text. */
function commandsOf(page: string): readonly (readonly string[])[] {
  const text = readFileSync(page, 'utf8');
  const inBlocks = blocksOf(page).flatMap((block) => [
    ...block.text.split('\n').flatMap((line) => commandIn(line)),
    ...(block.language === 'yaml' ? listsIn(block.text) : []),
  ]);
  const inline = [...text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`((?:npx [^`]*)?nexusctl [^`]+)`/g)].flatMap(
    ([, line = '']) => commandIn(line.replace(/\s+/g, ' ')).filter((words) => !isName(words)),
  );
  return [...inBlocks, ...inline];
}

/** Running text may name a command without its arguments. */
function isName(words: readonly string[]): boolean {
  const names = new Set(
    program.commands.flatMap((noun) => [noun.name(), ...noun.commands.map((verb) => `${noun.name()} ${verb.name()}`)]),
  );
  return names.has(words.join(' '));
}

function commandIn(line: string): readonly (readonly string[])[] {
  const found =
    /(?:^|[\s|$(;&])(?:npx (?:--yes |-y )?)?(?:temporal )?(?:temporal-)?nexusctl(?:@[\w.]+)?(?= )(.*)$/.exec(line);
  const rest = found?.[1];
  // A comment that mentions the program, an output, or a path below it.
  if (rest === undefined || /^\s*#/.test(line)) return [];
  const words = shellWords(rest);
  return words.length === 0 || /^[A-Z<…]/.test(words[0] ?? '') ? [] : [words];
}

/** `args: [connect-test, …]` and `command: [nexusctl, …]` of manifests. */
function listsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/(?:args|command): \[([^\]]*)\]/g)].flatMap(([, list = '']) => {
    const words = list.split(',').map((word) => word.trim());
    if (words[0] === 'nexusctl') return [words.slice(1)];
    // The arguments of our image: those of another program begin otherwise.
    return program.commands.some((command) => command.name() === words[0]) ? [words] : [];
  });
}

/** As a POSIX shell splits it, up to the end of this command. */
function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const [, bare, single, double] of text.matchAll(/\s*(?:([^\s'"|;&<>#)]+)|'([^']*)'|"([^"]*)"|[|;&<>#)].*$)/g)) {
    const word = bare ?? single ?? double;
    if (word === undefined) break;
    words.push(word);
  }
  return words.at(-1) === '2' ? words.slice(0, -1) : words;
}

type Command = Awaited<ReturnType<typeof wholeProgram>>;
const program = await wholeProgram();

/** What is wrong with a command line, told by the declarations alone: nothing is run. */
function wrongWith(words: readonly string[]): string | null {
  let command: Command = program;
  let rest = [...words];
  for (;;) {
    const next = rest.findIndex((word) => !word.startsWith('-'));
    const child = command.commands.find((candidate) => candidate.name() === rest[next]);
    if (child === undefined) break;
    command = child as Command;
    rest = rest.slice(next + 1);
  }
  if (command.commands.length > 0)
    return rest.some((word) => /^(--help|-h|--version)$/.test(word)) ? null : `no verb: ${rest[0] ?? 'nothing'}`;
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  const known = [...command.options, ...program.options];
  let given = rest.includes('--') ? rest.length - rest.indexOf('--') - 1 : 0;
  for (let at = 0; at < own.length; at += 1) {
    const word = own[at] ?? '';
    if (!word.startsWith('-') || word === '-' || word === '…') {
      given += 1;
      continue;
    }
    if (/^(--help|-h)$/.test(word)) return null;
    const [name = '', attached] = word.split('=', 2);
    const option = known.find(({ long, short }) => long === name || short === name);
    if (option === undefined) return `no flag ${name}`;
    if (!option.required && !option.optional) continue;
    const value = attached ?? own[(at += 1)];
    if (value === undefined) return `${name} wants a value`;
    if (option.argChoices !== undefined && !option.argChoices.includes(value)) return `${name} does not take ${value}`;
  }
  const wanted = command.registeredArguments.filter(({ required }) => required).length;
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Infinity
    : command.registeredArguments.length;
  if (given < wanted) return `${String(wanted)} arguments wanted`;
  return given > most ? `${String(most)} arguments at most` : null;
}

/** What holds for every page; each list says which page breaks it, and how. */
const onPages = (wrong: (page: string) => readonly string[]): string =>
  pages.flatMap((page) => wrong(page).map((what) => `${page}: ${what}`)).join('\n');

describe('the pages', () => {
  it('show only commands that exist', () => {
    const wrong = (page: string) =>
      commandsOf(page).flatMap((words) => {
        const why = wrongWith(words);
        return why === null ? [] : [`nexusctl ${words.join(' ')}: ${why}`];
      });
    expect(onPages(wrong)).toBe('');
    expect(pages.flatMap(commandsOf).length).toBeGreaterThan(100);
  });

  it('pin the version wherever npx runs it', () => {
    const unpinned = /npx (?:--yes |-y )?nexusctl(?!@\d)[^\n]*/g;
    expect(onPages((page) => [...readFileSync(page, 'utf8').matchAll(unpinned)].map(([line]) => line))).toBe('');
  });

  it('have blocks that can be read', () => {
    expect(onPages((page) => blocksOf(page).flatMap(unreadable))).toBe('');
  });

  it('link to files that are there', () => {
    const links = /\]\((?!https?:|#|mailto:)([^)#\s]+)/g;
    const missing = (page: string) =>
      [...readFileSync(page, 'utf8').matchAll(links)]
        .map(([, link = '']) => join(page, '..', link))
        .filter((link) => !existsSync(link));
    expect(onPages(missing)).toBe('');
  });
});

function unreadable({ language, text }: Block): readonly string[] {
  if (language === 'yaml') return parseAllDocuments(text).flatMap(({ errors }) => errors.map(String));
  if (language !== 'json') return [];
  const documents = text.includes('\n{') ? text.trim().split('\n') : [text];
  return documents.flatMap((document) => {
    try {
      JSON.parse(document);
      return [];
    } catch (error) {
      return [String(error)];
    }
  });
}

it('finds what is wrong, so that the tests above can fail', () => {
  expect(wrongWith(['connect-test', '--retry', '60s', '-o', 'github'])).toBeNull();
  expect(wrongWith(['connect-tset'])).toContain('no verb');
  expect(wrongWith(['connect-test', '--retries', '3'])).toBe('no flag --retries');
  expect(wrongWith(['connect-test', '-o', 'pdf'])).toBe('-o does not take pdf');
  expect(wrongWith(['endpoint', 'allow'])).toContain('wanted');
  expect(wrongWith(['config', 'path', 'surplus'])).toContain('at most');
  expect(commandIn('  run: npx --yes nexusctl@0.1.0 cert inspect env:X --cloud > out.txt 2>&1')).toEqual([
    ['cert', 'inspect', 'env:X', '--cloud'],
  ]);
});

describe('docs/ci.md', () => {
  const blocks = blocksOf('docs/ci.md').filter(({ language }) => language === 'yaml');
  const documents = blocks.map(({ text }) => parse(text, { merge: true }) as Readonly<Record<string, never>>);
  const has = (...keys: readonly string[]) => documents.some((document) => keys.every((key) => key in document));

  it('has a recipe for GitHub Actions, GitLab CI, an init container and a probe', () => {
    expect(has('jobs', 'permissions')).toBe(true);
    expect(has('temporal-connection')).toBe(true);
    expect(has('readinessProbe')).toBe(true);
    const deployment = documents.find(({ kind }) => String(kind) === 'Deployment');
    expect(JSON.stringify(deployment)).toContain('"initContainers":[{"name":"connect-test"');
    expect(commandsOf('docs/ci.md').length).toBeGreaterThan(8);
  });
});
