const paint = /\u001b\[[\d;]*m/g;

/**
 * Breaks a line between words so that it fits; what follows is indented under the text behind its label. A word that is
 * too long by itself stays whole. Without a terminal (Infinity) nothing changes.
 * @param label how many characters the text stands behind; found when it is not given
 */
export function wrapLine(line: string, width: number, label = labelOf(line)): string {
  if (width === Infinity) return line;
  const indent = ' '.repeat(Math.min(label, Math.floor(width / 2)));
  const lines: string[] = [];
  let current = '';
  let length = 0;
  for (const word of line.split(/(?<=\S) (?= *\S)/)) {
    const size = word.replaceAll(paint, '').length;
    if (current !== '' && length + 1 + size > width) {
      lines.push(current);
      current = indent + word.trimStart();
      length = current.replaceAll(paint, '').length;
    } else {
      length += (current === '' ? 0 : 1) + size;
      current += (current === '' ? '' : ' ') + word;
    }
  }
  return [...lines, current].join('\n');
}

/** Blanks, a mark, and a short word that is followed by two blanks. */
function labelOf(line: string): number {
  return /^ *(?:\S )?(?: *[a-z]{2,5} {2,})?/.exec(line.replaceAll(paint, ''))?.[0].length ?? 0;
}
