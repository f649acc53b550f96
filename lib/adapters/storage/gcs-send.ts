import type { Readable } from 'node:stream';
import type { CRC32C, CreateResumableUploadOptions, File } from '@google-cloud/storage';
import { AppError } from '../../runtime/errors.ts';

/**
 * Sends a stream as one object, in its own resumable session, which ends with it. The client's createWriteStream does
 * not suffice: if its source fails, its request stays open with all its buffers (8.4, tried). Throws `unavailable`.
 */
export async function sendStream(
  file: File,
  source: Readable,
  options: CreateResumableUploadOptions,
): Promise<void> {
  const [session] = await file.createResumableUpload(options);
  // fake-gcs-server takes the type from here, and Cloud Storage from the session.
  const type = options.metadata?.contentType;
  const headers = { ...(type !== undefined && { 'Content-Type': type }) };
  const { CRC32C } = await import('@google-cloud/storage');
  const sum = new CRC32C();
  // If the source fails, the error of fetch does not contain the source's error.
  let broken: unknown;
  const body = summed(source, sum, (reason) => {
    broken = reason;
  });
  try {
    const answer = await fetch(session, { method: 'PUT', headers, body, duplex: 'half' });
    await answer.body?.cancel();
    if (!answer.ok)
      throw new AppError('unavailable', `Cloud Storage answered ${answer.status} to an upload.`);
  } catch (error) {
    await cancelSession(session).catch(() => undefined);
    throw broken ?? (error instanceof AppError ? error : brokenOff(error));
  }
  await mustHaveSum(file, sum);
}

/** Ends a session; an ended or unknown one is no error. Throws `unavailable` if Cloud Storage can't end it now. */
export async function cancelSession(session: string): Promise<void> {
  const answer = await fetch(session, { method: 'DELETE', headers: { 'Content-Length': '0' } });
  await answer.body?.cancel();
  if (answer.status >= 500 || answer.status === 429)
    throw new AppError('unavailable', `Cloud Storage answered ${answer.status} to a cancellation.`);
}

function brokenOff(cause: unknown): AppError {
  return new AppError('unavailable', 'Cloud Storage interrupted an upload. Try again later.', { cause });
}

async function* summed(
  source: Readable,
  sum: CRC32C,
  onBreak: (reason: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) {
      sum.update(chunk);
      yield chunk;
    }
  } catch (reason) {
    onBreak(reason);
    throw reason;
  }
}

async function mustHaveSum(file: File, sum: CRC32C): Promise<void> {
  const [{ crc32c, generation }] = await file.getMetadata();
  if (crc32c === undefined || sum.validate(crc32c)) return;
  await file.delete({ ignoreNotFound: true, ...(generation && { ifGenerationMatch: generation }) });
  throw new AppError('unavailable', 'Cloud Storage received a damaged object.');
}
