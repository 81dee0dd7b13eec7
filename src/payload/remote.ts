import { alteration } from './json/altered.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { familyOf } from './families/families.ts';
import { payloadJson, readPayloadJson } from './json/form.ts';
import type { Opened } from './layers.ts';
import { encodingOf, type Payload } from './model/payload.ts';
import { makeOperations } from './model/position.ts';
import { payloadsType } from './schema/schema.ts';
import type { Change } from './handled.ts';
import type { OpenPlace } from './walk/place.ts';
import { walkJson } from './walk/json.ts';

/** One answer of a codec server. */
export interface RemoteAnswer {
  readonly status: number;
  readonly body: string;
}

const batchPayloads = 500;
const batchBytes = 2 * 1024 * 1024;

interface Waiting {
  readonly payload: Payload;
  readonly json: string;
  readonly resolve: (opened: Opened) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Decodes through a codec server (POST PREFIX/decode, samples-go codec-server/README.md): what is asked for in one moment
 * goes out in one request. Payloads that no codec made are not sent. When a server refuses a batch, its payloads are asked
 * for one by one, so that one bad payload does not close the others.
 * @param post sends the body of a request; throws UNREACHABLE and the like
 */
export function makeRemote(post: (body: string) => Promise<RemoteAnswer>): Change {
  let waiting: Waiting[] = [];
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    void inBatches(all, (batch) => decodeBatch(batch, post));
  };
  return (payload) => {
    const encoding = encodingOf(payload);
    const layer = { encoding, ...familyFacts(payload) };
    if (
      familyOf(payload) === null &&
      /^(json|binary)\/(plain|null|protobuf|nexusNoValue)$/.test(encoding) &&
      alteration(payload) === null
    )
      return { status: 'unchanged', layers: [layer], payload };
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ payload, json: payloadJson(payload), resolve, reject });
    });
  };
}

function familyFacts(payload: Payload): object {
  const family = familyOf(payload);
  return family === null ? {} : { family: family.id, ...family.facts(payload) };
}

async function inBatches(all: readonly Waiting[], send: (batch: readonly Waiting[]) => Promise<void>): Promise<void> {
  let batch: Waiting[] = [];
  let bytes = 0;
  for (const one of all) {
    if (batch.length >= batchPayloads || (batch.length > 0 && bytes + one.json.length > batchBytes)) {
      await send(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(one);
    bytes += one.json.length;
  }
  if (batch.length > 0) await send(batch);
}

async function decodeBatch(batch: readonly Waiting[], post: (body: string) => Promise<RemoteAnswer>): Promise<void> {
  try {
    const { status, body } = await post(`{"payloads":[${batch.map(({ json }) => json).join(',')}]}`);
    if (status === 200) {
      const answers = readAnswer(Buffer.from(body), batch.length);
      batch.forEach((one, index) => one.resolve(openedAs(one.payload, answers[index] ?? one.payload)));
    } else if (status === 401 || status === 403) throw refused(status);
    else if (isElsewhere(status)) throw elsewhere(status);
    else if (batch.length === 1) for (const one of batch) one.resolve(closed(one.payload, status));
    else for (const one of batch) await decodeBatch([one], post);
  } catch (error) {
    for (const one of batch) one.reject(error);
  }
}

function openedAs(before: Payload, payload: Payload): Opened {
  const layers = [{ encoding: encodingOf(before), ...familyFacts(before) }];
  if (payloadJson(payload) === payloadJson(before)) return keptAs(before, layers);
  return { status: 'decoded', layers: [...layers, { encoding: encodingOf(payload) }], payload };
}

/** What no codec made is a value; anything else would have opened if the server had its key. */
function keptAs(payload: Payload, layers: Opened['layers']): Opened {
  if (encodingOf(payload).startsWith('json/')) return { status: 'unchanged', layers, payload };
  const error = new NexusctlError('KEY_NOT_FOUND', 'the codec server gave it back as it was: it has no key for it', {
    hint: 'keys belong to namespaces: --namespace; nexusctl codec-server test URL --payload FILE asks for this one',
  });
  return { status: 'failed', layers, payload, error };
}

function closed(payload: Payload, status: number): Opened {
  const error = new NexusctlError('DECRYPT_FAILED', `the codec server answers ${String(status)} for it`, {
    hint: 'nexusctl codec-server test URL shows what the server says',
    details: { status },
  });
  return { status: 'failed', layers: [{ encoding: encodingOf(payload), ...familyFacts(payload) }], payload, error };
}

function readAnswer(body: Buffer, count: number): readonly Payload[] {
  const places: OpenPlace[] = [];
  try {
    walkJson({ places, operations: makeOperations(), form: 'full' }, body, body.indexOf('{'), payloadsType, '$');
  } catch (error) {
    if (!(error instanceof NexusctlError)) throw error;
    places.length = 0;
  }
  if (places.length !== count)
    throw new NexusctlError(
      'PROTOCOL_ERROR',
      `the codec server gave ${String(places.length)} payloads for ${String(count)}`,
      {
        hint: 'nexusctl codec-server test URL shows what is wrong with it',
      },
    );
  return places.map(({ start }) => readPayloadJson(body, start));
}

/** What no payload can be the reason of: to ask for each alone would only ask more often. */
function isElsewhere(status: number): boolean {
  return (status >= 300 && status < 400) || status === 404 || status === 405 || status === 415;
}

function elsewhere(status: number): NexusctlError {
  const redirects = status >= 300 && status < 400;
  return new NexusctlError(
    'PROTOCOL_ERROR',
    redirects
      ? `the codec server redirects (${String(status)}), and neither payloads nor a token go to where it points`
      : `no codec server answers there (${String(status)})`,
    { hint: 'nexusctl codec-server test URL shows what is wrong; clients add /decode themselves' },
  );
}

function refused(status: 401 | 403): NexusctlError {
  return status === 401
    ? new NexusctlError('UNAUTHENTICATED', 'the codec server wants another credential (401)', {
        hint: 'give it with --codec-auth-file REF',
      })
    : new NexusctlError('PERMISSION_DENIED', 'the codec server does not let you decode (403)', {
        hint: 'ask its owner; the namespace counts too: --namespace',
      });
}
