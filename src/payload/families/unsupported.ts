import { NexusctlError } from '../../errors/nexusctl-error.ts';
import type { Family } from './family.ts';
import { encodingOf, type Payload } from '../model/payload.ts';
import { encrypted } from './aes-gcm.ts';

interface Format {
  readonly name: string;
  readonly fits: (payload: Payload, encoding: string) => boolean;
}

/** Formats that are known by sight but cannot be opened here, with the reason. */
const known: readonly Format[] = [
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
  { name: 'a claim check', fits: (payload) => payload.metadata.has('temporal.io/claim-check-codec') },
  { name: 'a blob store', fits: (_payload, encoding) => encoding === 'blobstore/plain' },
];

export const unsupported = refusal(known);

const nonce = /nonce$|(?:^|[-_.])iv$/i;

/** Codecs that keep the nonce in the metadata share no other part of their layout: additional data, wrapped keys. */
export const detached = refusal([
  {
    name: 'AES-GCM with its nonce in the metadata',
    fits: ({ metadata }, encoding) => encoding === encrypted && [...metadata.keys()].some((name) => nonce.test(name)),
  },
]);

/**
 * What no other family takes, and says of itself that it is encrypted or lies elsewhere. Public codecs have dozens of such
 * names: binary/encrypted+aes-gcm, binary/aes_comp, binary/gcp-kms, binary/crypto+, claim/checked, binary/remote-payload,
 * nuon/blob, codec_bucket. Others have a name of their own and tell the key or the nonce beside it.
 */
export const selfNamed: Family = {
  ...refusal([
    {
      name: 'encrypted by another codec, as its encoding says',
      fits: (_payload, encoding) =>
        /crypt|cipher|sealed|^binary\/.*envelope|(?:^|[^a-z])(?:aes|gcm|kms|fernet|pgp|jwe)/i.test(encoding),
    },
    {
      name: 'a claim check of another codec, as its encoding says',
      fits: (_payload, encoding) =>
        /claim|remote-?(?:payload|codec)|large-?payload|oversized?|offload|bucket|s3-|^binary\/(?:s3$|storage-?ref)|(?:^|[^a-z])blob/i.test(
          encoding,
        ),
    },
    {
      name: 'encrypted by another codec, as its metadata say',
      fits: ({ metadata }, encoding) =>
        !converters.test(encoding) && [...metadata.keys()].some((name) => keyOrNonce.test(name)),
    },
  ]),
  selfNamed: true,
};

/** The encodings of the SDKs' own converters: other metadata beside them are anybody's. */
const converters =
  /^(?:json|binary)\/(?:plain|null|protobuf|nexusNoValue)$|^$|^unknown\/|^json\/external-storage-reference$/;
const keyOrNonce = /key[-_.]?id$|nonce$|(?:^|[-_.])(?:iv|dek)$|cipher|encrypt/i;

function refusal(formats: readonly Format[]): Family {
  const nameOf = (payload: Payload): string | undefined => {
    const encoding = encodingOf(payload);
    return formats.find(({ fits }) => fits(payload, encoding))?.name;
  };
  return {
    id: 'unsupported',
    recognises: (payload) => nameOf(payload) !== undefined,
    facts: (payload) => ({ note: nameOf(payload) ?? '' }),
    open: (payload) => {
      throw new NexusctlError('FAMILY_UNSUPPORTED', `it is ${nameOf(payload) ?? ''}, which nexusctl cannot open`, {
        hint: 'decode it with the codec server that belongs to it: --codec-endpoint URL',
      });
    },
  };
}
