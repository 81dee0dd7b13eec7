/**
 * Foreign text (names, descriptions, server messages, payloads) is escaped for the place where it goes, so that it
 * can neither move a cursor, hide itself, start a workflow command, a formula or a tag (security.md 10).
 */

// C0, DEL, C1, bidi controls and isolates, zero-width and line separators, BOM: nothing of it is ever needed in a name.
const unsafeInTerminal = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** For one cell or one phrase: newlines and tabs are escaped as well. */
export function escapeTerminal(text: string): string {
  return text.replace(unsafeInTerminal, visible);
}

/** For text of several lines of ours in which foreign text may stand: only newline and tab stay. */
export function escapeTerminalBlock(text: string): string {
  return text.replace(unsafeInTerminal, (character) =>
    character === '\n' || character === '\t' ? character : visible(character),
  );
}

function visible(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * Applies `escape` to every string of a plain value, keys included; other values stay as they are. What is frozen is
 * shared by many (the entry of a caller that stands on a thousand lists): it is escaped once.
 */
export function escapeDeep<T>(value: T, escape: (text: string) => string, shared = new Map<object, unknown>()): T {
  if (typeof value === 'string') return escape(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => escapeDeep(item, escape, shared)) as T;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array || value instanceof Date) return value;
  const known = shared.get(value);
  if (known !== undefined) return known as T;
  if (value instanceof Map)
    return new Map(
      [...value].map(([key, item]) => [escapeDeep(key, escape, shared), escapeDeep(item, escape, shared)]),
    ) as T;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) copy[escape(key)] = escapeDeep(item, escape, shared);
  if (Object.isFrozen(value)) shared.set(value, Object.freeze(copy));
  return copy as T;
}

/**
 * JSON that a CI runner reads from a log: `::` and `##[` would start a workflow command, so they are written with an
 * escape that every JSON parser undoes. Bidi and C1 characters likewise.
 */
export function escapeJson(json: string): string {
  return json
    .replaceAll('::', ':\\u003a')
    .replaceAll('##[', '#\\u0023[')
    .replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
}

/**
 * RFC 4180. A leading formula character, also a full-width one, is defused with an apostrophe as spreadsheets expect, and
 * so is what a CI runner would take for a command; control characters, newlines among them, are shown.
 */
export function escapeCsv(text: string): string {
  const shown = escapeTerminal(text).replaceAll('##[', '## [');
  const defused = /^(?:[=+\-@\uff1d\uff0b\uff0d\uff20]|\\[trn]|\s*::)/.test(shown) ? `'${shown}` : shown;
  return /[",]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
}

/** For GitHub-flavoured Markdown text and table cells. */
export function escapeMarkdown(text: string): string {
  return escapeTerminal(text).replace(/[\\`*_{}[\]()#+!|<>~&@$-]/g, (character) => `\\${character}`);
}

/** For a quoted Mermaid or DOT label. */
export function escapeMermaid(text: string): string {
  return escapeTerminal(text).replace(/[^A-Za-z0-9 ._/-]/g, (character) => `#${String(character.codePointAt(0))};`);
}

export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

/** GitHub workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function escapeGithubData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

export function escapeGithubProperty(text: string): string {
  return escapeGithubData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A quoted Terraform string without interpolation. */
export function escapeTerraform(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/[$%](?=\{)/g, (mark) => mark + mark);
}
