import type { Keyring, KmsKey } from './keyring.ts';

export interface IamPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: { readonly StringEquals: Readonly<Record<string, string>> };
  }[];
}

/**
 * What a codec server that decodes with this keyring has to be allowed: kms:Decrypt on the keyring's own ARNs, with their
 * encryption context, and no wildcard (security.md 11). Null without a KMS key. An alias is no resource of a policy: keys
 * that are named by one are left out.
 */
export function iamPolicy(keyring: Keyring): IamPolicy | null {
  const keys = kmsKeys(keyring).filter(hasArn);
  if (keys.length === 0) return null;
  const byContext = new Map<string, KmsKey[]>();
  for (const key of keys) {
    const context = JSON.stringify(Object.entries(key.context).sort());
    byContext.set(context, [...(byContext.get(context) ?? []), key]);
  }
  const groups = [...byContext.values()];
  return {
    Version: '2012-10-17',
    Statement: groups.map((group, index) => {
      const context = Object.entries(group[0]?.context ?? {}).map(
        ([name, value]) => [`kms:EncryptionContext:${name}`, value] as const,
      );
      return {
        Sid: `DecodePayloads${groups.length > 1 ? String(index + 1) : ''}`,
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: group.map(({ key }) => key),
        ...(context.length === 0 ? {} : { Condition: { StringEquals: Object.fromEntries(context) } }),
      };
    }),
  };
}

/** What the policy does not say, for people: who takes it as it is would find these keys refused. */
export function policyGaps(keyring: Keyring): readonly string[] {
  return kmsKeys(keyring)
    .filter((key) => !hasArn(key))
    .map(
      ({ id, key }) =>
        `the key '${id}' is not in the policy: '${key}' is no key ARN, which the policy needs (aws kms describe-key --key-id ${key})`,
    );
}

function kmsKeys(keyring: Keyring): readonly KmsKey[] {
  return [...keyring.keys.values()].filter((key) => key.kind === 'kms');
}

function hasArn({ key }: KmsKey): boolean {
  return key.includes(':key/');
}
