import proto from '@temporalio/proto';
import fc from 'fast-check';
import type protobuf from 'protobufjs';

export const root = proto as unknown as protobuf.Root;
export const short = (name: string): string => name.replace(/^\.?(?:temporal\.api|google\.protobuf)\./, '');

/** Fields that the Go API 1.64.1 has and the descriptors of npm have not yet. */
export const newer: ReadonlySet<string> = new Set([
  'common.v1.Callback nexusHandler',
  'common.v1.Link callback',
  'history.v1.ActivityTaskFailedEventAttributes cause',
  'history.v1.WorkflowExecutionStartedEventAttributes propagatedNexusSerializationContext',
  'update.v1.Request propagatedNexusSerializationContext',
  'workflowservice.v1.DescribeNexusOperationExecutionResponse completionCallbacks',
  'workflowservice.v1.GetWorkflowExecutionHistoryResponse propagatedNexusSerializationContext',
  'workflowservice.v1.StartActivityExecutionResponse eagerActivityTask',
  'workflowservice.v1.StartNexusOperationExecutionRequest completionCallbacks',
]);

/** Every message and enum of which a history or an answer with one consists. */
export const types = reachable([
  root.lookupType('temporal.api.history.v1.History'),
  root.lookupType('temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse'),
]);
export const messages = types.filter((type): type is protobuf.Type => 'fieldsArray' in type);

function reachable(from: readonly protobuf.Type[]): (protobuf.Type | protobuf.Enum)[] {
  const found = new Set<protobuf.Type | protobuf.Enum>(from);
  for (const type of found)
    if ('fieldsArray' in type)
      for (const { resolvedType } of type.fieldsArray.map((field) => field.resolve()))
        if (resolvedType !== null) found.add(resolvedType);
  return [...found];
}

const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const anyText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('\ufeff"\\\n\u2028\u007f', ''));
const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: anyText,
  bytes: fc.uint8Array({ maxLength: 20 }),
  bool: fc.boolean(),
  int32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  int64: int64.map(String),
  double: fc.double(),
  float: fc.float(),
};

/** Messages of a type with any of its fields, zero values and enum numbers without a name among them. */
export function anyMessage(type: protobuf.Type, depth: number): fc.Arbitrary<Record<string, unknown>> {
  if (short(type.fullName) === 'Timestamp')
    return fc.record({
      seconds: fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n }).map(String),
      nanos: fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.constantFrom(0, 1_000_000, 120_000, 5)),
    });
  if (short(type.fullName) === 'Duration')
    return fc
      .tuple(
        fc.bigInt({ min: 0n, max: 315_576_000_000n }),
        fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.constantFrom(0, 500_000_000)),
        fc.constantFrom(1, -1),
      )
      .map(([seconds, nanos, sign]) => ({ seconds: String(seconds * BigInt(sign)), nanos: nanos * sign }));
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  const oneofs = new Set<string>();
  for (const field of type.fieldsArray) {
    const { resolvedType, partOf, repeated, map } = field;
    if (depth > 3 && resolvedType !== null && 'fieldsArray' in resolvedType) continue;
    if (partOf !== null) {
      oneofs.add(partOf.name);
      continue;
    }
    const one = anyValue(field, depth);
    members[field.name] = map
      ? fc.dictionary(anyText, one, { maxKeys: 3 })
      : repeated
        ? fc.array(one, { maxLength: 3 })
        : one;
  }
  const plain = fc.record(members, { requiredKeys: [] });
  const chosen = type.oneofsArray
    .filter(({ name }) => oneofs.has(name))
    .map(({ fieldsArray }) =>
      fc.oneof(
        ...fieldsArray
          .filter(({ resolvedType }) => depth <= 3 || resolvedType === null || !('fieldsArray' in resolvedType))
          .map((field) => anyValue(field, depth).map((value) => ({ [field.name]: value }))),
        fc.constant({}),
      ),
    );
  return fc.tuple(plain, ...chosen).map((parts) => Object.assign({}, ...parts) as Record<string, unknown>);
}

function anyValue({ type, resolvedType }: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  if (resolvedType === null) return scalars[type] ?? fc.constant(undefined);
  if ('fieldsArray' in resolvedType) return anyMessage(resolvedType, depth + 1);
  return fc.oneof(fc.constantFrom(...Object.keys(resolvedType.valuesById).map(Number)), scalars['int32'] ?? fc.nat());
}
