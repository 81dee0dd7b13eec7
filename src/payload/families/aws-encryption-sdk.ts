import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { keyNotFound } from './candidates.ts';
import type { Family } from './family.ts';
import { keysFor } from '../keys/keyring.ts';
import { limits } from '../model/limits.ts';
import { encodingOf, innerPayload } from '../model/payload.ts';

/** Spelled so in samples-java awsencryptionsdk/KeyringCodec.java. */
const encoding = 'awsencriptionsdk/binary/encrypted';

/** Family G: the data is a message of the AWS Encryption SDK; the ARNs of its keys stand in it in clear. */
export const awsEncryptionSdk: Family = {
  id: 'aws-encryption-sdk',
  recognises: (payload) =>
    encodingOf(payload) === encoding || encodingOf(payload) === 'awsencryptionsdk/binary/encrypted',
  factsInData: true,
  facts: (payload) => {
    const arns = keyArns(payload.data);
    return arns.length === 0 ? { note: 'its header cannot be read' } : { keyId: arns.join(', ') };
  },
  open: async (payload, keys) => {
    const arns = keyArns(payload.data);
    const own = keysFor(keys.keyring, keys.namespace).filter((key) => key.kind === 'kms');
    const key =
      own.find((candidate) => arns.includes(candidate.key)) ??
      own.find((candidate) => !candidate.key.startsWith('arn:'));
    if (key === undefined)
      throw keyNotFound(
        `no KMS key of the keyring is in its header`,
        'add [keyring.keys.NAME] with kms = "ARN" for the ARN that `payload inspect` shows',
        { keyId: arns.join(', ') },
      );
    return innerPayload(await keys.encryptionSdk(key, payload.data), 'the AWS Encryption SDK message');
  },
};

/** The key ARNs in the header of a message, versions 1 and 2 of the format; empty when it cannot be read. */
export function keyArns(message: Buffer): readonly string[] {
  try {
    let at = message[0] === 2 ? 1 + 2 + 32 : 2 + 2 + 16;
    at += 2 + message.readUInt16BE(at);
    const count = Math.min(message.readUInt16BE(at), limits.candidates);
    at += 2;
    const arns: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const provider = blob(message, at);
      const info = blob(message, at + 2 + provider.length);
      const dataKey = blob(message, at + 4 + provider.length + info.length);
      at += 6 + provider.length + info.length + dataKey.length;
      if (provider.toString('latin1') === 'aws-kms') arns.push(info.toString('utf8'));
    }
    return arns;
  } catch (error) {
    if (error instanceof RangeError || error instanceof NexusctlError) return [];
    throw error;
  }
}

function blob(message: Buffer, at: number): Buffer {
  const length = message.readUInt16BE(at);
  if (at + 2 + length > message.length) throw new NexusctlError('PAYLOAD_MALFORMED', 'a length beyond the end');
  return message.subarray(at + 2, at + 2 + length);
}
