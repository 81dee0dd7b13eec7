import { NexusctlError } from '../errors/nexusctl-error.ts';
import { keylessFamilies } from '../payload/families/families.ts';
import type { FamilyId } from '../payload/families/family.ts';
import type { Keyring } from '../payload/keys/keyring.ts';
import type { Opened } from '../payload/layers.ts';

/**
 * The families that `required` lets in: those that name a key of the keyring. The others have the key in the payload
 * (java, orders), name none (unmarked, fernet) or bind less.
 */
const strong: ReadonlySet<FamilyId> = new Set<FamilyId>([
  'aes-gcm',
  'endpoint',
  'envelope',
  'aws-encryption-sdk',
  'vault',
  'jwt-kms',
]);

/** Once a key of an endpoint or of a key service is configured, plaintext is a mistake, not a payload (security.md 14). */
export function isRequiredByDefault({ endpoints, keys }: Keyring): boolean {
  return endpoints.size > 0 || [...keys.values()].some(({ kind }) => kind !== 'secret');
}

/**
 * @throws NexusctlError of the layer that stayed closed; with `required` also PLAINTEXT_REFUSED for what was not
 * encrypted with a key of the keyring
 */
export function accept({ status, layers, payload, error }: Opened, required: boolean): NonNullable<Opened['payload']> {
  if (error !== undefined) throw error;
  if (payload === null) throw new NexusctlError('PAYLOAD_MALFORMED', 'the payload cannot be read');
  if (!required) return payload;
  const families = layers.flatMap(({ family }) => (family === undefined ? [] : [family]));
  if (families.some((family) => strong.has(family)) && status === 'decoded') return payload;
  const found = families.find((family) => !keylessFamilies.has(family)) ?? null;
  throw new NexusctlError(
    'PLAINTEXT_REFUSED',
    found === null
      ? `a payload came in clear (${layers.at(-1)?.encoding.slice(0, 80) ?? 'no encoding'}), and encryption is required`
      : `a payload came as '${found}', which is weaker than what this keyring asks for`,
    { hint: 'encrypt it where it is written; to let it in for a while, open the codec with required: false' },
  );
}
