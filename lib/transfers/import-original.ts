import { Readable } from 'node:stream';
import type { Outbound, OutboundAnswer } from '../outbound/outbound.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import type { Timeouts } from '../outbound/patience.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task, TaskStore } from '../ports/tasks.ts';
import type { ClaimedTransfer, ImportProgress, TransferStore } from '../ports/transfers.ts';
import type { UploadStore } from '../ports/uploads.ts';
import { extension, originalKey } from '../tasks/object-keys.ts';
import { createDigest } from '../uploads/checksums.ts';
import { nameInAnswer, nameInUrl } from './source-name.ts';
import { StatusError, type TryFailure } from './transfer-failure.ts';

/** How many redirects of an address are followed. */
const REDIRECTS = 5;

export interface ImportDependencies {
  outbound: Outbound;
  transfers: TransferStore;
  tasks: TaskStore;
  uploadStore: UploadStore;
  originals: Storage;
  /** Most bytes of one original of a user. */
  uploadBytes: (userId: number) => Promise<number>;
  /** Time for one file, in seconds. */
  seconds: number;
  throughput: Pick<Timeouts, 'idleMs' | 'idleBytes'>;
}

/**
 * Fetches the original of a task from its address into the storage, and marks the task UPLOADED. Nothing is kept of a try
 * that fails: the next one begins anew.
 */
export async function importOriginal(
  parts: ImportDependencies,
  { task, url }: ClaimedTransfer,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  if (task.state !== 'AWAITING_UPLOAD') return;
  const answer = await parts.outbound.send({
    url,
    method: 'GET',
    redirects: REDIRECTS,
    maxAnswerBytes: await parts.uploadBytes(task.userId),
    timeouts: { ...parts.throughput, totalMs: parts.seconds * 1000 },
    signal,
  });
  try {
    mustBeFile(answer);
    const named = await withName(parts, task, url, answer);
    if (named) await store(parts, named, answer, onProgress);
  } finally {
    answer.discard();
  }
}

/** Fails the task of an import that cannot succeed. */
export async function failImport(
  { uploadStore, originals }: ImportDependencies,
  { task }: ClaimedTransfer,
  { code, message }: TryFailure,
): Promise<void> {
  if (await uploadStore.refuse(task.id, { code, message })) await originals.remove(originalKey(task));
}

function mustBeFile(answer: OutboundAnswer): void {
  const { status, headers } = answer;
  if (status !== 200) throw new StatusError(answer, `The server answered ${status}; expected 200.`);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return;
  const sentence = 'The server sends the file compressed, though the service asks for it as it is.';
  throw new OutboundError('compressed', sentence);
}

/** A name that the owner gave stays; one that was taken from the address gives way to the server's. */
async function withName(
  { transfers }: ImportDependencies,
  task: Task,
  url: string,
  answer: OutboundAnswer,
): Promise<Task | undefined> {
  const name = nameInAnswer(answer);
  if (name === task.name || task.name !== nameInUrl(new URL(url))) return task;
  return transfers.rename(task.id, name, extension(name));
}

async function store(
  { originals, tasks }: ImportDependencies,
  task: Task,
  { body, headers }: OutboundAnswer,
  onProgress: (progress: ImportProgress) => void,
): Promise<void> {
  const key = originalKey(task);
  const digest = await createDigest(['crc32c', 'sha256']);
  const size = Number(headers['content-length'] ?? Number.NaN);
  async function* read() {
    let received = 0;
    for await (const chunk of body) {
      digest.update(chunk);
      received += chunk.length;
      onProgress({ received, size: Number.isFinite(size) ? size : null });
      yield chunk;
    }
  }
  await originals.put(key, Readable.from(read(), { objectMode: false }));
  if (await tasks.markUploaded(task.id, digest.hashes())) return;
  // The event of a bucket may have come first; a task that was removed meanwhile leaves no file.
  if (!(await tasks.find(task.id))) await originals.remove(key);
}
