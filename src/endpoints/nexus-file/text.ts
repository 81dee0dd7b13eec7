import type { CallerEntry, Endpoint } from '../endpoint.ts';

const schemaLine = '# yaml-language-server: $schema=https://nexusctl.dev/schemas/nexus.schema.json';

/** A new nexus.yaml of what is live, in pieces: a million entries make neither a tree nor one long text. */
export function* nexusPieces(
  endpoints: readonly Endpoint[],
  about: { readonly account?: string; readonly cluster?: string },
): Generator<string, void> {
  yield `${schemaLine}\nversion: 1\n`;
  for (const [key, value] of Object.entries<string>(about)) yield `${key}: ${scalar(value)}\n`;
  yield endpoints.length === 0 ? 'endpoints: []\n' : 'endpoints:\n';
  const written = new Map<CallerEntry, string>();
  for (const endpoint of endpoints) yield `${endpointText(endpoint, written)}\n`;
}

function endpointText(endpoint: Endpoint, written: Map<CallerEntry, string>): string {
  const { name, description, target, callers, blocked = [], everyone } = endpoint;
  const lines = [
    `  - name: ${scalar(name)}`,
    ...(description === undefined ? [] : [`    description: ${block(description)}`]),
    ...(target === undefined ? [] : ['    target:', ...targetLines(target)]),
  ];
  if (everyone !== true) {
    lines.push(callers.length === 0 ? '    allow: []' : '    allow:');
    for (const caller of callers) lines.push(callerText(caller, written));
  }
  if (blocked.length > 0) lines.push('    blocked:', ...blocked.map((namespace) => `      - ${scalar(namespace)}`));
  return lines.join('\n');
}

function targetLines(target: NonNullable<Endpoint['target']>): readonly string[] {
  switch (target.kind) {
    case 'worker':
      return [`      namespace: ${scalar(target.namespace)}`, `      taskQueue: ${scalar(target.taskQueue)}`];
    case 'external':
      return [`      url: ${scalar(target.url)}`];
  }
}

/** An entry that stands on many lists is written once. */
function callerText(caller: CallerEntry, written: Map<CallerEntry, string>): string {
  const known = written.get(caller);
  if (known !== undefined) return known;
  const facts = (['owner', 'reason', 'ref', 'until'] as const).flatMap((key) => {
    const value = caller[key];
    return value === undefined ? [] : [`        ${key}: ${scalar(value)}`];
  });
  const text = [`      - namespace: ${scalar(caller.namespace)}`, ...facts].join('\n');
  written.set(caller, text);
  return text;
}

/** Several lines stand as such, so that a review reads them, where nothing in them can be misread. */
function block(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  const plain = lines.length > 1 && lines.every((line) => /^(?:[!-~][ -~]*[!-~]|[!-~]?)$/.test(line));
  if (!plain || lines[0] === '' || lines.at(-1) === '') return scalar(text);
  const mark = text.endsWith('\n') ? '|' : '|-';
  return [mark, ...lines.map((line) => (line === '' ? '' : `      ${line}`))].join('\n');
}

/**
 * A text as YAML reads it back in every schema: plain where that can mean nothing else, else as JSON writes it, which
 * is YAML, with an escape for what is no printable character of it.
 */
function scalar(text: string): string {
  if (plainText.test(text) && !otherMeaning.test(text) && !text.includes(': ') && !text.includes(' #')) return text;
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const plainText = /^[A-Za-z](?:[ -~]*[!-9;-~])?$/;
/** What some schema of YAML takes for a boolean, a null or a number. */
const otherMeaning = /^(?:true|false|yes|no|on|off|null|y|n)$/i;
