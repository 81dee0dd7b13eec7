import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Family } from '../family.ts';
import { encodingOf, type Payload } from '../payload.ts';

/** Formats that are known by sight but cannot be opened here, with the reason. */
const known: readonly { readonly name: string; readonly fits: (payload: Payload, encoding: string) => boolean }[] = [
  {
    name: "tracecat's format (its key derivation is its own)",
    fits: (_payload, encoding) => encoding === 'binary/tracecat-aes256gcm',
  },
  { name: 'a Tink keyset', fits: (payload) => payload.metadata.has('encryption-context-namespace') },
  { name: 'key-sealed-envelope', fits: (_payload, encoding) => encoding === 'binary/key-sealed-envelope' },
  {
    name: 'X25519 (enc-* metadata)',
    fits: (payload) => [...payload.metadata.keys()].some((key) => key.startsWith('enc-')),
  },
  { name: 'an external database', fits: (_payload, encoding) => encoding === 'binary/external' },
  {
    name: "a claim check of DataDog's large payload codec",
    fits: (payload) => payload.metadata.has('temporal.io/remote-codec'),
  },
  { name: 'a blob store', fits: (_payload, encoding) => encoding === 'blobstore/plain' },
];

export const unsupported: Family = {
  id: 'unsupported',
  recognises: (payload) => nameOf(payload) !== undefined,
  facts: (payload) => ({ note: nameOf(payload) ?? '' }),
  open: (payload) => {
    throw new NexusctlError('FAMILY_UNSUPPORTED', `it is ${nameOf(payload) ?? ''}, which nexusctl cannot open`, {
      hint: 'decode it with the codec server that belongs to it: --codec-endpoint URL',
    });
  },
};

function nameOf(payload: Payload): string | undefined {
  const encoding = encodingOf(payload);
  return known.find(({ fits }) => fits(payload, encoding))?.name;
}
