import type { PayloadCodec } from '@temporalio/common';
import { loadedKeyring } from './keyring-in-use.ts';
import { sealingCodec } from './sealing-codec.ts';

export { EndpointValue, forEndpoint } from './endpoint-value.ts';

/** How a codec finds its keys and how strict it is. */
export interface CodecOptions {
  /** Path of a keyring file (docs/keyring.md); else the variable NEXUSCTL_KEYRING. */
  readonly keyring?: string;
  /** Picks the keys of `[keyring.namespaces]`; without it the keyring's active key writes and all keys read. */
  readonly namespace?: string;
  /**
   * Whether plaintext, key ids that the keyring does not list and formats that carry their own key are refused. True by
   * default once the keyring has an endpoint's key or a key of a key service; false: they pass as they are.
   */
  readonly required?: boolean;
  /** Whether `exec:` references and `exec` keys of the keyring may run their command. */
  readonly allowExec?: boolean;
  /** Host on loopback to which the token of a `vault` key may go over plain HTTP; else it needs https. */
  readonly allowPlaintextKey?: string;
  /**
   * Called when a changed keyring could not be loaded, or one of its keys, and each time that this is tried again while
   * payloads pass: the last good one stays in use. The codec itself logs nothing. The error holds no key and no payload.
   */
  readonly onKeyringError?: (error: Error) => void;
}

/**
 * A codec for workers and clients of the Temporal TypeScript SDK that encrypts and decrypts with the keyring that
 * `nexusctl` uses. Its keys are read at the start. The file and the key files are looked at again at most once a second
 * while payloads pass, so that a key can be rotated without a restart.
 *
 * With the key of an endpoint (`EndpointValue`), also set
 * `payloadConverterPath: require.resolve('nexusctl/codec/converter')`.
 *
 * @throws Error with a `code`: FILE_UNREADABLE, CONFIG_FILE_INVALID, KEYRING_INVALID, KEY_INVALID, SECRET_UNREADABLE,
 * EXEC_NOT_ALLOWED … for a keyring that cannot be used. `encode` rejects with KEY_MISSING and never falls back to another key or to plaintext; `decode`
 * rejects with KEY_NOT_FOUND, DECRYPT_FAILED, PLAINTEXT_REFUSED and others.
 */
export async function openCodec(options: CodecOptions = {}): Promise<PayloadCodec> {
  return sealingCodec(await loadedKeyring(options), options.required);
}
