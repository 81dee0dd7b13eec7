import { NexusctlError } from '../errors/nexusctl-error.ts';
import type { Maybe } from '../payload/model/maybe.ts';
import { makeAdmission, type Admit, type Admitted } from './admission.ts';
import type { Outcome } from './audit.ts';
import { readPayloads, writePayloads } from './body.ts';
import type { Coded } from './codec.ts';
import { makeFinish } from './finish.ts';
import type { CodecResponse } from './request.ts';
import type { CodecSettings, CodecWorld } from './settings.ts';

export interface CodecService {
  readonly admit: Admit;
  readonly answer: (admitted: Admitted, body: Buffer) => CodecResponse | Promise<CodecResponse>;
  /** For what the socket finds out while it reads the body. */
  readonly refuse: (admitted: Admitted, outcome: 'too-large' | 'timed-out') => CodecResponse;
  /** For what never became a request; returns the status to answer with. */
  readonly unreadable: (remote: string, outcome: 'malformed' | 'head-too-large' | 'timed-out', error: string) => number;
}

export function makeCodecService(settings: CodecSettings, world: CodecWorld): CodecService {
  const { limits } = settings;
  const finish = makeFinish(world);

  const answer = (admitted: Admitted, body: Buffer): Maybe<CodecResponse> => {
    const { operation, subject, namespace, keyIds, codec, origin, remote, started, keepReferences } = admitted;
    const facts = { started, remote, origin, operation, subject, namespace };
    let count: number | undefined;
    const done = (coded: Coded): CodecResponse => {
      const { payloads, unchanged } = coded;
      world.metrics.payloads(operation, payloads.length - unchanged, unchanged);
      const written = writePayloads(payloads);
      return finish({ outcome: 'ok', ...facts, keyIds: coded.keyIds, count: payloads.length, unchanged }, [], written);
    };
    const failed = (error: unknown): CodecResponse => {
      const code = error instanceof NexusctlError ? error.code : error instanceof Error ? error.name : 'unknown';
      return finish({ outcome: outcomeOf(error, count), ...facts, ...(count !== undefined && { count }), error: code });
    };
    try {
      const payloads = readPayloads(body);
      count = payloads.length;
      const { unpackedBytes } = limits;
      const work = codec.run({ operation, payloads, namespace, keyIds, keepReferences, unpackedBytes });
      return work instanceof Promise ? within(work, limits.answerMs).then(done).catch(failed) : done(work);
    } catch (error) {
      return failed(error);
    }
  };

  return {
    admit: makeAdmission(settings, world, finish),
    answer,
    refuse: ({ operation, subject, namespace, origin, remote, started }, outcome) => ({
      ...finish({ outcome, started, remote, origin, operation, subject, namespace }),
      close: true,
    }),
    unreadable: (remote, outcome, error) =>
      finish({ outcome, started: world.now(), remote, origin: null, error }).status,
  };
}

/** @throws NexusctlError TIMED_OUT */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NexusctlError('TIMED_OUT', 'the key service took too long')), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf(error: unknown, count: number | undefined): Outcome {
  if (!(error instanceof NexusctlError)) return 'bug';
  if (count === undefined) return 'bad-body';
  if (error.code === 'TIMED_OUT') return 'timed-out';
  return error.code.startsWith('KMS_') || error.code === 'KEY_MISSING' ? 'key-service' : 'not-opened';
}
