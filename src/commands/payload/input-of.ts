import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { readDocument, type Document } from '../../payload/documents/document.ts';
import type { InputForm } from '../../payload/walk/place.ts';

/** The document that a command was given: a file, or the standard input. */
export async function documentOf(context: Context, file: string | undefined, form: InputForm): Promise<Document> {
  if (file !== undefined && file !== '-') {
    const documents = await context.ports.documents();
    return readDocument(documents.read(resolve(context.cwd, file), context.signal), form);
  }
  if (context.stdin.isTTY === true)
    throw new NexusctlError('USAGE', 'nothing to read: no file is named and nothing is piped in', {
      hint: 'name a file, or pipe: temporal workflow show -w ID -o json | nexusctl payload decode',
    });
  return readDocument(addAbortSignal(context.signal, context.stdin) as AsyncIterable<Uint8Array | string>, form);
}
