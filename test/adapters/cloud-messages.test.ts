import proto from '@temporalio/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedCloudSpec, heldFromCloud, newCloudSpec } from '../../src/adapters/cloud-messages.ts';
import { bytesField } from '../../src/protobuf/wire.ts';

const { Endpoint, EndpointSpec } = proto.temporal.api.cloud.nexus.v1;
const active = proto.temporal.api.cloud.resource.v1.ResourceState.RESOURCE_STATE_ACTIVE;
const target = { kind: 'worker', namespace: 'billing.a', taskQueue: 'q' } as const;
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }));

const endpointWith = (spec: Uint8Array) =>
  Buffer.concat([
    Buffer.from(Endpoint.encode({ id: 'i', resourceVersion: 'v', state: active }).finish()),
    bytesField(3, spec),
  ]);

describe('messages of the Cloud Ops API by field number', () => {
  it('say what the generated classes say', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), names, (name, description, callers) => {
        const spec = EndpointSpec.decode(newCloudSpec({ name, target, description, callers }));
        expect(spec.name).toBe(name);
        expect(spec.targetSpec?.workerTargetSpec).toMatchObject({ namespaceId: 'billing.a', taskQueue: 'q' });
        expect(spec.policySpecs.map((policy) => policy.allowedCloudNamespacePolicySpec?.namespaceId)).toEqual(callers);
        const { endpoint } = heldFromCloud(endpointWith(Buffer.from(EndpointSpec.encode(spec).finish())));
        expect(endpoint).toMatchObject({ id: 'i', name, target, state: 'active', resourceVersion: 'v' });
        expect(endpoint.description ?? '').toBe(description);
        expect(endpoint.callers.map(({ namespace }) => namespace)).toEqual(callers);
      }),
    );
  });

  it('keep unknown fields and policies of unknown kinds byte for byte', () => {
    fc.assert(
      fc.property(names, names, fc.uint8Array({ maxLength: 20 }), (callers, wished, odd) => {
        const foreign = [bytesField(3, bytesField(77, odd)), bytesField(99, odd)];
        const spec = Buffer.concat([newCloudSpec({ name: 'n', target, callers }), ...foreign]);
        const held = heldFromCloud(endpointWith(spec));
        expect(held.unknownPolicies).toBe(1);
        const changed = Buffer.from(changedCloudSpec(held.spec, { callers: wished, description: 'text' }));
        for (const bytes of foreign) expect(changed.includes(bytes)).toBe(true);
        const after = heldFromCloud(endpointWith(changed));
        expect(new Set(after.endpoint.callers.map(({ namespace }) => namespace))).toEqual(new Set(wished));
        expect(after.unknownPolicies).toBe(1);
        expect(changedCloudSpec(held.spec, {})).toEqual(Buffer.from(held.spec));
      }),
    );
  });

  it('keep the extra metadata of a description', () => {
    const spec = EndpointSpec.encode({
      name: 'n',
      description: {
        metadata: { encoding: Buffer.from('json/plain'), team: Buffer.from('x') },
        data: Buffer.from('"old"'),
      },
    }).finish();
    const changed = EndpointSpec.decode(changedCloudSpec(spec, { description: 'new <b>' }));
    expect(Buffer.from(changed.description?.data ?? []).toString()).toBe('"new <b>"');
    expect(Object.keys(changed.description?.metadata ?? {}).sort()).toEqual(['encoding', 'team']);
  });
});
