const paint = /\u001b\[[\d;]*m/g;

/**
 * Breaks a line between words so that it fits; what follows is indented under the text behind its label. A word that is
 * too long by itself stays whole, further left when it fits there. Without a terminal (Infinity) nothing changes.
 * @param label how many characters the text stands behind; found when it is not given
 */
export function wrapLine(line: string, width: number, label = labelOf(line)): string {
  if (width === Infinity) return line;
  const indent = Math.min(label, Math.floor(width / 2));
  const least = Math.min(indent, shortIndent);
  const lines: string[] = [];
  let current = '';
  let length = 0;
  for (const word of line.split(/(?<=\S) (?= *\S)/)) {
    const size = word.replaceAll(paint, '').length;
    const bare = word.trimStart().replaceAll(paint, '').length;
    const fits = [indent, least].find((left) => left + bare <= width);
    // On a line of its own it would not fit either.
    const alone = fits === undefined && lines.length === 0 && length < label;
    if (current !== '' && length + 1 + size > width && !alone) {
      lines.push(current.trimEnd());
      current = ' '.repeat(fits ?? least) + word.trimStart();
      length = current.replaceAll(paint, '').length;
    } else {
      length += (current === '' ? 0 : 1) + size;
      current += (current === '' ? '' : ' ') + word;
    }
  }
  return [...lines, current].join('\n');
}

/** Where a long word begins that does not fit under the text. */
const shortIndent = 4;

/** Blanks, a mark, and a short word that is followed by two blanks. */
function labelOf(line: string): number {
  return /^ *(?:\S )?(?: *[a-z]{2,5} {2,})?/.exec(line.replaceAll(paint, ''))?.[0].length ?? 0;
}
