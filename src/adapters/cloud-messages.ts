import type { Operation } from '../endpoints/api.ts';
import {
  resourceStates,
  type Caller,
  type Held,
  type NewEndpoint,
  type Target,
  type Wish,
} from '../endpoints/endpoint.ts';
import { makeNameTable } from '../endpoints/name-table.ts';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { durationOf, readMessage, replaceField, timestampOf, writeMessage, type Message } from '../protobuf/message.ts';
import { bufferOf, bytesField, makePlace, nextField, wireType } from '../protobuf/wire.ts';
import { descriptionOf, descriptionPayload, withDescription } from './description-payload.ts';

/*
 * temporal.api.cloud.nexus.v1 and operation.v1 by field number (cloud-api v0.19.1). Endpoint: 1 id, 2 resource_version,
 * 3 spec, 4 state, 5 async_operation_id, 6 created_time, 7 last_modified_time, 8 project_id. EndpointSpec: 1 name, 2 target_spec,
 * 3 policy_specs, 4 description_deprecated, 5 description. What has other numbers is kept as it came.
 */
const spec = { name: 1, target: 2, policies: 3, oldDescription: 4, description: 5 } as const;

export function stateOf(number: number): string {
  return resourceStates[number] ?? `state-${String(number)}`;
}

/** @param names of what was read with it: what stands on many lists is one text */
export function heldFromCloud(bytes: Uint8Array, names: Names = makeNames()): Held {
  const message = bufferOf(bytes);
  const endpoint = readMessage(message);
  const whole = endpoint.bytes(3);
  const { own, callers, unknownPolicies } = withoutPolicies(whole, names);
  const target = targetOf(own);
  const description = descriptionOf(own, spec.description) ?? own.text(spec.oldDescription);
  const created = timestampOf(endpoint, 6);
  const updated = timestampOf(endpoint, 7);
  const operationId = endpoint.text(5);
  const projectId = endpoint.text(8);
  return {
    spec: whole,
    unknownPolicies,
    ...(operationId === '' ? {} : { operationId }),
    endpoint: {
      id: endpoint.text(1),
      name: own.text(spec.name),
      state: stateOf(endpoint.number(4)),
      ...(target === undefined ? {} : { target }),
      ...(description === '' ? {} : { description }),
      callers,
      ...(projectId === '' ? {} : { projectId }),
      resourceVersion: endpoint.text(2),
      ...(created === undefined ? {} : { createdAt: created }),
      ...(updated === undefined ? {} : { updatedAt: updated }),
    },
  };
}

/** The entries of what was read together. Cloud knows no `until`: none of them is over, and equal ones are one. */
export interface Names {
  readonly entry: (bytes: Buffer, from: number, to: number) => Caller | null;
}

export function makeNames(): Names {
  const table = makeNameTable();
  const entries: Caller[] = [];
  return {
    entry: (bytes, from, to) => {
      const index = table.at(bytes, from, to);
      return index === -1
        ? null
        : (entries[index] ??= Object.freeze({ namespace: table.text(index), status: 'active' }));
    },
  };
}

/** A specification taken apart: its callers, and a message of all its other fields. */
function withoutPolicies(
  whole: Uint8Array,
  names: Names,
): { readonly own: Message; readonly callers: readonly Caller[]; readonly unknownPolicies: number } {
  const bytes = bufferOf(whole);
  const others: Buffer[] = [];
  const callers = new Set<Caller>();
  let unknownPolicies = 0;
  const place = makePlace();
  for (let at = 0; at < bytes.length; at = place.end) {
    nextField(bytes, at, bytes.length, place);
    const { number, from, to } = place;
    if (number !== spec.policies || place.wireType !== wireType.bytes) {
      others.push(bytes.subarray(at, place.end));
      continue;
    }
    const caller = plainCaller(bytes, from, to, names) ?? longCaller(bytes.subarray(from, to), names);
    if (caller === null) unknownPolicies += 1;
    else callers.add(caller);
  }
  return { own: readMessage(Buffer.concat(others)), callers: [...callers], unknownPolicies };
}

function targetOf(own: Message): Target | undefined {
  const target = own.message(spec.target);
  if (!target.has(1)) return undefined;
  const worker = target.message(1);
  return { kind: 'worker', namespace: worker.text(1), taskQueue: worker.text(2) };
}

/** The form in which a million entries come (1: { 1: name }, nothing else), without making an object of each part. */
function plainCaller(bytes: Buffer, from: number, to: number, names: Names): Caller | null {
  const length = to - from;
  if (length < 5 || length > 127 || bytes[from] !== 10 || bytes[from + 1] !== length - 2) return null;
  if (bytes[from + 2] !== 10 || bytes[from + 3] !== length - 4) return null;
  return names.entry(bytes, from + 4, to);
}

function longCaller(policy: Buffer, names: Names): Caller | null {
  const namespace = callerOf(policy);
  if (namespace === null) return null;
  const bytes = Buffer.from(namespace);
  return names.entry(bytes, 0, bytes.length);
}

/** The namespace of an allowed_cloud_namespace_policy_spec; null for a policy of another kind. */
function callerOf(policy: Uint8Array): string | null {
  const kind = readMessage(policy);
  return kind.has(1) ? kind.message(1).text(1) : null;
}

function policyOf(namespace: string): Uint8Array {
  return bytesField(1, bytesField(1, namespace));
}

export function newCloudSpec({ name, target, description, callers }: NewEndpoint): Uint8Array {
  const base = writeMessage([spec.name, name], [spec.target, targetBytes(target, null)]);
  const withCallers = replaceField(readMessage(base), spec.policies, callers.map(policyOf));
  if (description === undefined || description === '') return withCallers;
  return replaceField(readMessage(withCallers), spec.description, [descriptionPayload(description)]);
}

/** The spec as it came with what is wished put into it; policies of other kinds and unknown fields stay. */
export function changedCloudSpec(before: Uint8Array, wish: Wish): Uint8Array {
  let own = readMessage(before);
  const put = (bytes: Uint8Array) => (own = readMessage(bytes));
  if (wish.name !== undefined) put(replaceField(own, spec.name, [Buffer.from(wish.name)]));
  if (wish.target !== undefined) put(replaceField(own, spec.target, [targetBytes(wish.target, own)]));
  if (wish.description !== undefined) {
    put(withDescription(own, spec.description, wish.description));
    put(replaceField(own, spec.oldDescription, []));
  }
  if (wish.callers !== undefined) put(replaceField(own, spec.policies, policiesAfter(own, wish.callers)));
  return Buffer.concat(own.fields.map(({ raw }) => raw));
}

function policiesAfter(own: Message, callers: readonly string[]): readonly Uint8Array[] {
  const wished = new Set(callers);
  const kept = own.all(spec.policies).filter(({ value }) => {
    const namespace = callerOf(value);
    return namespace === null || wished.has(namespace);
  });
  for (const { value } of kept) wished.delete(callerOf(value) ?? '');
  return [...kept.map(({ value }) => value), ...[...wished].map(policyOf)];
}

function targetBytes(target: Target, own: Message | null): Uint8Array {
  if (target.kind === 'external')
    throw new NexusctlError('INVALID_ARGUMENT', 'Temporal Cloud knows worker targets only, no URL', {
      hint: 'give --target-namespace and --target-task-queue',
    });
  const old = own?.message(spec.target) ?? readMessage(new Uint8Array());
  const worker = readMessage(replaceField(old.message(1), 1, [Buffer.from(target.namespace)]));
  return replaceField(old, 1, [replaceField(worker, 2, [Buffer.from(target.taskQueue)])]);
}

/** temporal.api.cloud.operation.v1.AsyncOperation: 1 id, 9 state, 3 check_duration, 6 failure_reason. */
export function operationOf(bytes: Uint8Array): Operation {
  const operation = readMessage(bytes);
  const states = ['unknown', 'pending', 'in-progress', 'failed', 'cancelled', 'fulfilled', 'rejected'] as const;
  const checkAfterMs = durationOf(operation, 3);
  const failureReason = operation.text(6);
  return {
    id: operation.text(1),
    state: states[operation.number(9)] ?? 'unknown',
    ...(failureReason === '' ? {} : { failureReason }),
    ...(checkAfterMs === undefined ? {} : { checkAfterMs }),
  };
}
