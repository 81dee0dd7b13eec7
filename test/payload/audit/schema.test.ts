import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { auditCodes } from '../../../src/payload/audit/codes.ts';
import { familyIds } from '../../../src/payload/families/family.ts';
import { audit } from './audited.ts';
import { base64, event, history, jsonPayload, scheduled, sealedWith } from '../history.ts';

type Json = Readonly<Record<string, unknown>>;

const schema = JSON.parse(readFileSync('schemas/payload-audit.schema.json', 'utf8')) as Json & {
  readonly $defs: Readonly<Record<string, { readonly properties: Json; readonly enum?: readonly string[] }>>;
};
const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
const validate = ajv.compile(closed(schema) as object);

/** The same schema, without room for members that it does not have. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, closed(inner)]));
  return 'properties' in members && members['type'] === 'object'
    ? { ...members, additionalProperties: false }
    : members;
}

/** Every member of an object and of what is in it, by the name of its definition. */
const seen = new Map<string, Set<string>>();
function see(definition: string, items: readonly object[]): void {
  const names = seen.get(definition) ?? new Set<string>();
  for (const item of items) for (const name of Object.keys(item)) names.add(name);
  seen.set(definition, names);
}

async function printed(document: unknown, ...argv: string[]): Promise<void> {
  const { audit: found } = await audit(document, ...argv);
  void validate(found);
  expect(validate.errors ?? []).toEqual([]);
  if (argv.includes('--iam-policy')) {
    see('policyAlone', [found]);
    return;
  }
  see('audit', [found]);
  see('row', found.rows);
  see('keyUse', found.keys);
  see('finding', found.findings);
}

describe('the schema of what an audit prints', () => {
  it('has every code and every family', () => {
    expect((schema.$defs['finding']?.properties['code'] as { enum: readonly string[] }).enum).toEqual(
      Object.keys(auditCodes),
    );
    expect(schema.$defs['family']?.enum).toEqual(familyIds);
  });

  it('has every member, and each of its members is printed', async () => {
    const java = {
      encoding: 'binary/encrypted',
      'encryption-cipher': 'AES/GCM/NoPadding',
      'encryption-key-id': 'k'.repeat(32),
    };
    const document = history([
      scheduled('5', 'billing', await sealedWith('orders-2026', '1'), { 'x-user': 'alice' }),
      scheduled('6', 'pay', {
        metadata: Object.fromEntries(Object.entries(java).map(([name, value]) => [name, base64(value)])),
        data: base64('x'.repeat(40)),
      }),
      event('7', 'activityTaskFailedEventAttributes', { failure: { message: 'boom' } }),
      event('8', 'activityTaskCompletedEventAttributes', { result: { payloads: [jsonPayload('1')] } }),
    ]);
    await printed(document, '--needs', 'orders-2026', '--require-encryption');
    await printed(history([]));
    await printed('', '--iam-policy');
    for (const [definition, names] of seen)
      expect([...names].sort(), definition).toEqual(Object.keys(schema.$defs[definition]?.properties ?? {}).sort());
  });
});
