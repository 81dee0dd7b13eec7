/** A block of Terraform's language, e.g. `resource "type" "label" { … }`. */
export interface Block {
  readonly words: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads the part of HCL that a generated file may hold: blocks, quoted strings without interpolation, references, lists
 * and objects. Throws at anything else, so that what passes is what Terraform takes.
 * https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 */
export function parseHcl(text: string): readonly Block[] {
  const pattern = /\s+|"((?:[^"\\\n]|\\.)*)"|([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*)|([{}[\],=])/gy;
  const tokens: { readonly kind: 'text' | 'name' | 'mark'; readonly value: string; readonly line: number }[] = [];
  let line = 1;
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) throw new Error(`no HCL in line ${String(line)}: ${text.slice(from, from + 40)}`);
    const [all, quoted, name, mark] = found;
    if (quoted !== undefined) tokens.push({ kind: 'text', value: unquote(quoted), line });
    else if (name !== undefined) tokens.push({ kind: 'name', value: name, line });
    else if (mark !== undefined) tokens.push({ kind: 'mark', value: mark, line });
    line += all.split('\n').length - 1;
  }
  let at = 0;
  const isMark = (value: string): boolean => tokens[at]?.kind === 'mark' && tokens[at]?.value === value;
  const take = (kind: 'text' | 'name' | 'mark', value?: string): string => {
    const token = tokens[at];
    if (token?.kind !== kind || (value !== undefined && token.value !== value))
      throw new Error(`line ${String(token?.line)}: ${String(token?.value)} is no ${value ?? kind}`);
    at += 1;
    return token.value;
  };
  const value = (): unknown => {
    if (isMark('[')) {
      const items: unknown[] = [];
      take('mark', '[');
      while (!isMark(']')) {
        items.push(value());
        if (!isMark(']')) take('mark', ',');
      }
      take('mark', ']');
      return items;
    }
    if (isMark('{')) return body();
    return tokens[at]?.kind === 'text' ? take('text') : { reference: take('name') };
  };
  const body = (): Readonly<Record<string, unknown>> => {
    take('mark', '{');
    const values: Record<string, unknown> = {};
    while (!isMark('}')) {
      const start = tokens[at]?.line;
      if (tokens[at - 1]?.line === start && at > 0) throw new Error(`line ${String(start)}: two things on one line`);
      const name = take('name');
      if (name in values) throw new Error(`${name} twice`);
      take('mark', '=');
      values[name] = value();
    }
    take('mark', '}');
    return values;
  };
  const blocks: Block[] = [];
  while (at < tokens.length) {
    const words = [take('name')];
    while (tokens[at]?.kind === 'text') words.push(take('text'));
    blocks.push({ words, values: body() });
  }
  return blocks;
}

/** https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#template-expressions: only these escapes are known. */
function unquote(text: string): string {
  if (/(?:^|[^$%])(?:\$\$)*(?:%%)*[$%]\{/.test(text.replace(/\$\$\{|%%\{/g, '')))
    throw new Error(`interpolation: ${text}`);
  return text
    .replace(/\$\$\{|%%\{/g, (mark) => mark.slice(1))
    .replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (_all, code: string) => {
      const known: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
      if (code.length > 1) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
      const character = known[code];
      if (character === undefined) throw new Error(`HCL knows no \\${code}`);
      return character;
    });
}
