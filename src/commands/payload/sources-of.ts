import type { Context } from '../../context.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Document } from '../../payload/documents/document.ts';
import type { Execution, Histories } from '../../payload/documents/histories.ts';
import type { InputForm } from '../../payload/walk/place.ts';
import type { ConnectionFlags } from '../../profile/flags.ts';
import { frontendConnection } from '../connection-of.ts';
import { profileOf } from '../profile-of.ts';
import { secretsOf } from '../secrets-of.ts';
import { documentOf } from './input-of.ts';

/** A document that a command works on. */
export interface Source {
  /** Before paths, where there is more than one document. */
  readonly name: string;
  /** Whose history it is, when it was found by a query. */
  readonly execution?: Execution;
  readonly document: Document;
}

export interface SourceFlags extends ConnectionFlags {
  readonly workflowId?: string | undefined;
  readonly runId?: string | undefined;
  readonly query?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Sources {
  readonly documents: AsyncIterable<Source>;
  /** Several documents are written one after the other, a line each. */
  readonly several: boolean;
  readonly warnings: () => readonly string[];
}

/** Histories whose first page is fetched ahead: most workflows have one page only. */
const ahead = 4;

/** Works on the files that were named, on the standard input, or on histories that are fetched. */
export async function withSources(
  context: Context,
  files: readonly string[],
  form: InputForm,
  flags: SourceFlags,
  work: (sources: Sources) => Promise<void>,
): Promise<void> {
  const { workflowId, runId, query } = flags;
  if (runId !== undefined && workflowId === undefined)
    throw new NexusctlError('USAGE', '--run-id needs --workflow-id', { hint: 'a run is one of a workflow' });
  if (workflowId === undefined && query === undefined) {
    const names = files.length === 0 ? ['-'] : files;
    await work({ documents: fromFiles(context, names, form), several: names.length > 1, warnings: () => [] });
    return;
  }
  if (files.length > 0)
    throw new NexusctlError('USAGE', 'a file and a workflow of the server: which one is meant?', {
      hint: 'name either a file, or --workflow-id, or --query',
    });
  const warnings = new Set<string>();
  const histories = await openHistories(context, flags);
  try {
    const documents =
      workflowId === undefined
        ? found(context, histories, flags, warnings)
        : one(context, histories, { workflowId, ...(runId === undefined ? {} : { runId }) }, warnings);
    await work({ documents, several: query !== undefined, warnings: () => [...warnings] });
  } finally {
    histories.close();
  }
}

async function openHistories(context: Context, flags: SourceFlags): Promise<Histories> {
  const profile = await profileOf(context, flags);
  const [makeHistories, openRpc] = await Promise.all([context.ports.histories(), context.ports.rpc()]);
  const rpc = openRpc(await frontendConnection(context, profile, secretsOf(context, flags)));
  return makeHistories(rpc, profile.namespace.value);
}

async function* fromFiles(context: Context, names: readonly string[], form: InputForm): AsyncGenerator<Source> {
  for (const name of names)
    yield names.length > 1
      ? { name, document: await namedDocument(context, name, form) }
      : { name: '', document: await documentOf(context, name, form) };
}

/** Of several files the one that is none says which it is. */
async function namedDocument(context: Context, name: string, form: InputForm): Promise<Document> {
  try {
    return await documentOf(context, name, form);
  } catch (error) {
    if (!(error instanceof NexusctlError) || error.code !== 'INPUT_INVALID') throw error;
    const { code, message, hint, details } = error;
    throw new NexusctlError(code, `${name}: ${message}`, { hint, details, cause: error });
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of one
async function* one(
  context: Context,
  histories: Histories,
  execution: Execution,
  warnings: Set<string>,
): AsyncGenerator<Source> {
  yield { name: '', document: documentFrom(histories.history(execution, context.signal), warnings) };
}

function documentFrom(pages: AsyncIterable<Buffer>, warnings: Set<string>): Document {
  return { kind: 'pages', pages, unknown: () => warnings.add(unknownFields) };
}

async function* found(
  context: Context,
  histories: Histories,
  { query = '', limit = Infinity }: SourceFlags,
  warnings: Set<string>,
): AsyncGenerator<Source> {
  const waiting: { readonly execution: Execution; readonly pages: Promise<AsyncIterable<Buffer>> }[] = [];
  const next = async (): Promise<Source | null> => {
    const first = waiting.shift();
    if (first === undefined) return null;
    const { execution, pages } = first;
    const name = `${execution.workflowId}/${execution.runId ?? ''}`;
    try {
      return { name, execution, document: documentFrom(await pages, warnings) };
    } catch (error) {
      // Deleted since it was listed, or past its retention.
      if (!(error instanceof NexusctlError) || error.code !== 'NOT_FOUND') throw error;
      warnings.add(`${name}: its history is gone`);
      return null;
    }
  };
  let count = 0;
  for await (const execution of histories.find(query, context.signal)) {
    if (count >= limit) break;
    count += 1;
    const pages = started(histories.history(execution, context.signal));
    pages.catch(() => undefined);
    waiting.push({ execution, pages });
    if (waiting.length < ahead) continue;
    const source = await next();
    if (source !== null) yield source;
  }
  while (waiting.length > 0) {
    const source = await next();
    if (source !== null) yield source;
  }
  if (count === 0) warnings.add('the query finds no workflow');
}

/** Asks for the first page now, and is there with it. */
async function started(pages: AsyncGenerator<Buffer, void>): Promise<AsyncIterable<Buffer>> {
  const first = await pages.next();
  return (async function* () {
    for (let result = first; result.done !== true; result = await pages.next()) yield result.value;
  })();
}

const unknownFields = 'the server is newer: fields of events that this version does not know were left out';
