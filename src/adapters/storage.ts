import type { S3Client } from '@aws-sdk/client-s3';
import { NexusctlError } from '../errors/nexusctl-error.ts';
import { awsClientConfig } from './aws.ts';
import { translateAws } from './secrets-aws.ts';

let opened: Promise<S3Client> | undefined;

/** One client for all objects of a history: region, endpoint and credentials are found as by every AWS tool. */
function s3Client(): Promise<S3Client> {
  opened ??= import('@aws-sdk/client-s3').then(({ S3Client }) => new S3Client(awsClientConfig));
  return opened;
}

/** @throws NexusctlError EXTERNAL_STORAGE, LIMIT_EXCEEDED */
export async function fetchStored(
  bucket: string,
  key: string,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const client = await s3Client();
  const what = `s3://${bucket}/${key}`;
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    // The length is said before the bytes come: what is too long is not taken.
    if ((answer.ContentLength ?? Infinity) > limit)
      throw new NexusctlError('LIMIT_EXCEEDED', `${what} has ${String(answer.ContentLength ?? 'too many')} bytes`, {
        hint: 'raise --max-layer-bytes if you trust the writer',
      });
    return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    const told = translateAws(error, what, 's3:GetObject', signal);
    if (!(told instanceof NexusctlError) || told.code === 'LIMIT_EXCEEDED' || signal.aborted) throw told;
    throw new NexusctlError('EXTERNAL_STORAGE', told.message, {
      hint: told.hint,
      cause: told,
      details: { ...told.details, reason: told.code },
    });
  }
}
