import { randomBytes } from 'node:crypto';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { ExecKey, KmsKey } from './keyring.ts';
import type { Keys } from './keys.ts';

export interface KmsStep {
  /** What is tried, and for AWS the permission that it takes. */
  readonly operation: 'wrap' | 'unwrap';
  readonly permission?: 'kms:Encrypt' | 'kms:Decrypt';
  readonly status: 'pass' | 'fail' | 'skip';
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export interface KmsCheck {
  readonly id: string;
  readonly kind: 'kms' | 'exec';
  readonly key?: string;
  readonly region?: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly ok: boolean;
  readonly steps: readonly KmsStep[];
  /** Exit code of the first step that failed; 0 when all passed. */
  readonly exitCode: number;
}

/**
 * Wraps and unwraps a random data key with one key. A KMS key that only decrypts is not asked to wrap: whoever reads with
 * it may lack that right, and needs none.
 */
export async function checkKey(key: KmsKey | ExecKey, keys: Keys): Promise<KmsCheck> {
  const facts =
    key.kind === 'kms'
      ? { key: key.key, context: key.context, ...(key.region === undefined ? {} : { region: key.region }) }
      : {};
  const steps: KmsStep[] = [];
  let exitCode = 0;
  const step = async (operation: KmsStep['operation'], work: () => Promise<void>): Promise<boolean> => {
    const permission =
      key.kind === 'exec'
        ? {}
        : { permission: operation === 'wrap' ? ('kms:Encrypt' as const) : ('kms:Decrypt' as const) };
    try {
      await work();
      steps.push({ operation, ...permission, status: 'pass' });
      return true;
    } catch (error) {
      if (!(error instanceof NexusctlError)) throw error;
      const { code, message, hint } = error;
      steps.push({
        operation,
        ...permission,
        status: 'fail',
        error: { code, message, ...(hint === undefined ? {} : { hint }) },
      });
      exitCode ||= error.exitCode;
      return false;
    }
  };
  if (key.kind === 'kms' && key.decryptOnly) {
    steps.push({ operation: 'wrap', permission: 'kms:Encrypt', status: 'skip' });
    await step('unwrap', () => probe(key, keys));
    return { id: key.id, kind: key.kind, ...facts, ok: exitCode === 0, steps, exitCode };
  }
  const dataKey = randomBytes(32);
  let wrapped: Buffer | undefined;
  await step('wrap', async () => {
    wrapped = await (await keys.kek(key)).wrap(dataKey);
  });
  const sealed = wrapped;
  if (sealed === undefined) steps.push({ operation: 'unwrap', status: 'skip' });
  else
    await step('unwrap', async () => {
      const opened = await (await keys.kek(key)).unwrap(sealed);
      if (!opened.equals(dataKey))
        throw new NexusctlError('KMS_CIPHERTEXT_INVALID', `${key.id}: another data key comes back than was wrapped`, {
          hint: 'the service or the command does not keep what it is given',
        });
    });
  return { id: key.id, kind: key.kind, ...facts, ok: exitCode === 0, steps, exitCode };
}

/** KMS looks at the right to decrypt and at the state of the key before it looks at what is to be decrypted. */
async function probe(key: KmsKey, keys: Keys): Promise<void> {
  try {
    await (await keys.kek(key)).unwrap(randomBytes(184));
  } catch (error) {
    if (!(error instanceof NexusctlError) || error.code !== 'KMS_CIPHERTEXT_INVALID') throw error;
  }
}
