import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge, readPolicy } from '../../src/endpoints/policy/policy.ts';
import { NexusctlError } from '../../src/errors/nexusctl-error.ts';

type FileText = string | { readonly base64: string } | { readonly repeat: string; readonly times: number };

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, FileText>>;
  readonly now: string;
  readonly valid: boolean;
  readonly error?: string;
  readonly digest?: string;
  readonly queries?: readonly { endpoint: string; id?: string; caller: string; allowed: boolean; reason: string }[];
}

/** The table that the authorizer's Go tests run too. */
const { cases } = JSON.parse(readFileSync('test/fixtures/policy-cases.json', 'utf8')) as { cases: readonly Case[] };

describe('the policy reader agrees with the table it shares with the authorizer', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const files = new Map(Object.entries(one.files).map(([name, text]) => [name, bytesOf(text)]));
    if (!one.valid) {
      expect(faultOf(() => readPolicy(files))).toBe(one.error);
      return;
    }
    const policy = readPolicy(files);
    expect(policy.digest).toBe(one.digest);
    for (const { endpoint, id, caller, allowed, reason } of one.queries ?? [])
      expect(judge(policy, endpoint, caller, new Date(one.now), id)).toEqual({ allowed, ground: reason });
  });
});

function bytesOf(text: FileText): Uint8Array {
  if (typeof text === 'string') return Buffer.from(text);
  return 'base64' in text ? Buffer.from(text.base64, 'base64') : Buffer.from(text.repeat.repeat(text.times));
}

function faultOf(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    if (error instanceof NexusctlError) return error.details?.['fault'];
    throw error;
  }
  return 'none';
}
