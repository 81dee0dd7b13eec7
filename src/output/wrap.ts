const paint = /\u001b\[[\d;]*m/g;

/**
 * Breaks a line between words so that it fits; what follows is indented under the text behind its label. A word that is
 * too long by itself stays whole. Without a terminal (Infinity) nothing changes.
 */
export function wrapLine(line: string, width: number): string {
  const label = /^ *(?:\S )?(?: *[a-z]{2,5} {2,})?/.exec(line.replaceAll(paint, ''))?.[0].length ?? 0;
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
