import type { Style } from './style.ts';
import { wrapLine } from './wrap.ts';

/** A name and its value a line, in two columns; what is absent has no line, and a long value goes on under itself. */
export function factLines(facts: readonly (readonly [string, string | undefined])[], { width }: Style): string[] {
  const column = facts.reduce((widest, [name]) => Math.max(widest, name.length), 0) + 1;
  return facts.flatMap(([name, value]) =>
    value === undefined ? [] : wrapLine(`  ${name.padEnd(column)} ${value}`, width, column + 3).split('\n'),
  );
}
