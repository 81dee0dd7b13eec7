import { escapeJson, escapeTerminal } from '../output/escape.ts';
import { marks, type Style } from '../output/style.ts';
import { shortened } from '../payload/model/key-id.ts';
import type { Layer } from '../payload/layers.ts';
import type { Handled } from '../payload/handled.ts';
import { valueOf } from '../payload/json/value.ts';

/** One payload of many: its path and its value, or why it stayed closed. */
export function decodedLine(handled: Handled, style: Style): string {
  const { path, opened } = handled;
  const where = escapeTerminal(path);
  if (opened.error !== undefined)
    return `${style.red(marks.fail)} ${where}  ${opened.error.code}: ${escapeTerminal(opened.error.message)}`;
  return `${style.dim(where)}  ${shownValue(handled)}`;
}

/** A value on one line that is safe to look at: JSON with escapes that mean the same, bytes as base64. */
export function shownValue({ opened }: Handled): string {
  if (opened.payload === null) return '';
  const value = valueOf(opened.payload);
  return 'json' in value
    ? escapeJson(value.json.replace(/\s*\n\s*/g, ' '))
    : `base64 ${value.bytes.toString('base64')}`;
}

/** What a payload that stayed closed needs, for a person. */
export function failureText({ path, opened }: Handled): string {
  const { error, layers } = opened;
  if (error === undefined) return '';
  const lines = [`${marks.fail} ${escapeTerminal(path)}  ${error.code}: ${escapeTerminal(error.message)}`];
  if (layers.length > 0) lines.push(`  layers: ${layersText(layers)}`);
  if (error.hint !== undefined) lines.push(`  hint: ${escapeTerminal(error.hint)}`);
  return lines.join('\n');
}

export function layersText(layers: readonly Layer[]): string {
  return layers
    .map(({ encoding, family, keyId, keyFingerprint, endpoint }) => {
      const facts = [
        family ?? '',
        keyId === undefined ? '' : `key '${shortened(keyId)}'`,
        keyFingerprint === undefined ? '' : `key #${keyFingerprint}`,
        endpoint === undefined ? '' : `endpoint '${shortened(endpoint)}'`,
      ].filter((fact) => fact !== '');
      const name = encoding === '' ? '(no encoding)' : shortened(encoding);
      return escapeTerminal(facts.length === 0 ? name : `${name} (${facts.join(', ')})`);
    })
    .join(' → ');
}
