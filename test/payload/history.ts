import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain } from '../helpers/context.ts';

type Json = Readonly<Record<string, unknown>>;

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function jsonPayload(json: string): Json {
  return { metadata: { encoding: base64('json/plain') }, data: base64(json) };
}

export function event(eventId: string, attributes: string, value: Json): Json {
  return { eventId, eventTime: '2026-11-22T00:00:00Z', eventType: 'EVENT_TYPE_X', [attributes]: value };
}

export function scheduled(eventId: string, endpoint: string, input: Json, nexusHeader?: Json): Json {
  const attributes = { input, endpoint, service: 'invoices', operation: 'create', ...(nexusHeader && { nexusHeader }) };
  return event(eventId, 'nexusOperationScheduledEventAttributes', attributes);
}

export function history(events: readonly Json[]): Json {
  return { events };
}

const keys: Readonly<Record<string, string>> = {
  'orders-2026': '0'.repeat(63) + '1',
  'billing-2026': '0'.repeat(63) + '2',
  'billing-2027': '0'.repeat(63) + '3',
};

/** A keyring of key files, an endpoint in the middle of a rotation and a KMS key. */
export const keyring: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(keys).map(([id, key]) => [`${id}.key`, `${key}\n`])),
  'keyring.toml': `
active = "orders-2026"
[keys.orders-2026]
secret = "orders-2026.key"
[keys.billing-2026]
secret = "billing-2026.key"
[keys.billing-2027]
secret = "billing-2027.key"
[keys.kms]
kms = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
context = { app = "orders" }
[endpoints]
billing = ["billing-2027", "billing-2026"]
[namespaces]
"orders.a1b2c" = ["orders-2026"]
`,
};

/** Runs `work` with these files in a folder of their own. */
export async function withFiles<T>(
  files: Readonly<Record<string, string | Buffer>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-payload-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A payload that `payload encrypt` sealed with a key of the keyring above. */
export async function sealedWith(id: string, json: string, ...argv: string[]): Promise<Json> {
  const { stdout } = await runMain(['payload', 'encrypt', '--key', `${id}=env:KEY`, ...argv], {
    stdin: json,
    env: { KEY: keys[id] ?? '' },
  });
  return JSON.parse(stdout) as Json;
}
