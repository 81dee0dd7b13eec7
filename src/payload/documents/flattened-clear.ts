import { clearWords, type Clear } from '../walk/clear.ts';
import type { Position } from '../model/position.ts';

/** What is in clear in the lines of an event: its headers, by name, and the words of its failures. */
export interface ClearLines {
  readonly add: (line: string) => void;
  /** @param path of the event */
  readonly end: (path: string, position: Position) => readonly Clear[];
}

const headerLine = /^\s*((?:\S+\.)?(?:nexusHeader|nexus\.header|callbackHeader))\.(\S+): /;
const failure = String.raw`((?:\S+\.)?(?:failure|lastFailure|continuedFailure|cause))`;
const wordsLine = new RegExp(String.raw`^\s*${failure}\.(message|stackTrace): (.*)`);
const encodedLine = new RegExp(String.raw`^\s*${failure}\.encodedAttributes\.`);

interface Words {
  message: string;
  stackTrace: string;
  encoded: boolean;
}

export function makeClearLines(): ClearLines {
  const headers: { readonly path: string; readonly name: string }[] = [];
  const failures = new Map<string, Words>();
  const wordsAt = (path: string): Words => {
    const words = failures.get(path) ?? { message: '', stackTrace: '', encoded: false };
    failures.set(path, words);
    return words;
  };
  return {
    add(line) {
      const [, header, name = ''] = headerLine.exec(line) ?? [];
      if (header !== undefined) headers.push({ path: header, name });
      const [, failed, member, text = ''] = wordsLine.exec(line) ?? [];
      if (failed !== undefined && member === 'message') wordsAt(failed).message = text.trim();
      if (failed !== undefined && member === 'stackTrace') wordsAt(failed).stackTrace = text.trim();
      const [, encoded] = encodedLine.exec(line) ?? [];
      if (encoded !== undefined) wordsAt(encoded).encoded = true;
    },
    end(path, position) {
      const found: Clear[] = [];
      for (const { path: at, name } of headers) found.push({ kind: 'header', path: `${path}.${at}`, position, name });
      for (const [at, words] of failures) {
        const told = clearWords(`${path}.${at}`, position, words);
        if (told !== null) found.push(told);
      }
      return found;
    },
  };
}
