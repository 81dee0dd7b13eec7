/**
 * What `JSON.stringify(document, null, 2)` writes, in pieces: each item of a list at the top is one. A result of a
 * million entries is then never one text of a hundred megabytes. No piece ends inside a string.
 */
export function* jsonPieces(document: object): Generator<string, void> {
  let before = '{\n';
  for (const [key, value] of Object.entries(document) as readonly (readonly [string, unknown])[]) {
    if (value === undefined) continue;
    if (Array.isArray(value) && value.length > 0) {
      yield `${before}  ${JSON.stringify(key)}: [`;
      let between = '\n';
      for (const item of value as readonly unknown[]) {
        yield between + within({ '': [item] }, '{\n  "": [\n', '\n  ]\n}');
        between = ',\n';
      }
      yield '\n  ]';
    } else yield before + within({ [key]: value }, '{\n', '\n}');
    before = ',\n';
  }
  yield before === '{\n' ? '{}' : '\n}';
}

/** The text of a document with one member, without what stands before and after. */
function within(document: object, head: string, tail: string): string {
  const text = JSON.stringify(document, null, 2);
  return text.slice(head.length, text.length - tail.length);
}
