import { findFormat } from '../audio/formats/formats.ts';
import type { Outbound, OutboundAnswer } from '../outbound/outbound.ts';
import type { Storage } from '../ports/storage.ts';
import type { Delivered } from '../ports/tasks.ts';
import type { BucketWriter, ClaimedTransfer } from '../ports/transfers.ts';
import { bucketPlace } from './addresses.ts';
import { StatusError, type TryFailure } from './transfer-failure.ts';

export interface DeliveryDependencies {
  outbound: Outbound;
  results: Storage;
  buckets: BucketWriter;
  /** Time for one file, in seconds. */
  seconds: number;
}

/** Bytes of an answer, which nobody reads. */
const ANSWER_BYTES = 64 * 1024;

/** Milliseconds without a byte; object stores check a large object before they answer. */
const IDLE = 120_000;

/** Sends the result of a task to its destination; undefined if the task has none at the moment. */
export async function deliverResult(
  parts: DeliveryDependencies,
  { task, url }: ClaimedTransfer,
  signal: AbortSignal,
): Promise<Delivered | undefined> {
  const { result } = task;
  if (task.state !== 'PROCESSED' || !result) return undefined;
  const contentType = findFormat(task.requestedOutput.format)?.mimeType ?? 'application/octet-stream';
  const place = bucketPlace(url);
  const content = await parts.results.read(result.key);
  try {
    if (place) {
      await parts.buckets.write(place.bucket, place.name, content, contentType);
      return deliveredBy(200);
    }
    const answer = await parts.outbound.send({
      url,
      method: 'PUT',
      headers: {
        'Content-Type': contentType,
        'Content-Length': String(result.size),
        ...(isAzure(new URL(url)) && { 'x-ms-blob-type': 'BlockBlob' }),
      },
      body: content,
      maxAnswerBytes: ANSWER_BYTES,
      timeouts: { idleMs: IDLE, totalMs: parts.seconds * 1000 },
      signal,
    });
    answer.discard();
    if (answer.status < 200 || answer.status > 299) throw new StatusError(answer, refusal(answer));
    return deliveredBy(answer.status);
  } finally {
    content.destroy();
  }
}

/** What a task says of a delivery that failed. */
export function undelivered({ status, message }: TryFailure): Delivered {
  return { at: new Date().toISOString(), status, error: message };
}

function deliveredBy(status: number): Delivered {
  return { at: new Date().toISOString(), status, error: null };
}

function refusal({ status }: OutboundAnswer): string {
  if (status === 401 || status === 403)
    return `The destination answered ${status}: its URL may have expired, or does not allow to write.`;
  return `The destination answered ${status}; expected a status from 200 to 299.`;
}

/** Whether a URL is signed by Azure ("Create a service SAS"), whose Put Blob needs a header of its own. */
function isAzure({ hostname, searchParams }: URL): boolean {
  return /\.blob\.(core|storage)\./.test(hostname) || (searchParams.has('sv') && searchParams.has('sig'));
}
