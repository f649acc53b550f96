import { errorOf, TonemillError } from './errors.ts';
import type { RequestedOutput } from './requested-output.ts';
import { backOff, delayAfter, pause, type Retries } from './retries.ts';
import type { Source, SourcePart } from './source.ts';
import { attempted, type Fetch } from './transport.ts';

/** Every piece but the last is a multiple of this (Cloud Storage, "Performing resumable uploads"). */
const STEP = 256 * 1024;

/** Bytes of the first piece. A piece that is sent quickly doubles the next one, and a lost one halves it. */
const FIRST_PIECE = 4 * STEP;
const MOST_PIECE = 64 * STEP;

/** Milliseconds in which a piece is quick. */
const QUICK = 2000;

export interface SendOptions {
  /** Headers that the upload session asks for. */
  headers: Readonly<Record<string, string>>;
  /** Reports the bytes that the service has. */
  onSent: (bytes: number) => void;
  signal: AbortSignal | undefined;
}

interface UploadOptions extends SendOptions {
  fetch: Fetch;
  retries: Retries;
}

/** Sends a file to the URL of an upload session. */
export type Sending = (url: string, source: Source, options: SendOptions) => Promise<void>;

/** Position up to which the service has the file, or the answer to its last byte. */
type Received = number | 'all';

export function createSending(fetch: Fetch, retries: Retries): Sending {
  return (url, source, options) => sendFile(url, source, { ...options, fetch, retries });
}

/** The file of a source as an upload session wants to know it. */
export function announcementOf(
  { size, name }: Pick<Source, 'size' | 'name'>,
  { filename = name ?? 'audio', ...output }: RequestedOutput & { filename?: string },
) {
  return { ...output, filename, ...(size !== undefined && { size }) };
}

/**
 * Sends a file piece after piece: the protocol knows no pieces at the same time. After a
 * lost piece it asks for the position, and goes on from there. Throws a TonemillError.
 */
async function sendFile(url: string, source: Source, options: UploadOptions): Promise<void> {
  const { retries, onSent, signal } = options;
  let position = 0;
  let length = FIRST_PIECE;
  let failures = 0;
  for (;;) {
    const part = await source.part(position, length);
    const began = performance.now();
    const answer = await put(url, options, part.body, rangeOf(position, part, source.size));
    const received = await receivedBy(answer);
    if (received !== undefined && received !== position) {
      failures = 0;
      if (received === 'all') return onSent(position + part.size);
      length = performance.now() - began < QUICK ? Math.min(MOST_PIECE, length * 2) : length;
      position = received;
      onSent(position);
      continue;
    }
    failures += 1;
    length = Math.max(STEP, length / 2);
    await pause(await delayOf(answer, failures, retries), signal);
    const now = await askPosition(url, options);
    if (now === 'all') return onSent(position + part.size);
    if (now !== position) failures = 0;
    position = now;
  }
}

function put(
  url: string,
  { fetch, retries, headers, signal }: UploadOptions,
  body: SourcePart['body'],
  range: string,
): Promise<Response | TonemillError> {
  const init = { method: 'PUT', body, headers: { ...headers, 'Content-Range': range } };
  const attempt = { fetch, timeout: retries.timeout, signal };
  return attempted(attempt, (own) => new Request(url, { ...init, signal: own }));
}

/** The position that an answer tells; undefined if it tells none. Reads its body to the end. */
async function receivedBy(answer: Response | TonemillError): Promise<Received | undefined> {
  if (answer instanceof TonemillError) return undefined;
  if (answer.ok) {
    await answer.body?.cancel();
    return 'all';
  }
  if (answer.status !== 308) return undefined;
  const last = /^bytes=0-(\d+)$/.exec(answer.headers.get('Range') ?? '')?.[1];
  await answer.body?.cancel();
  return last === undefined ? 0 : Number(last) + 1;
}

/** Milliseconds until the next attempt. Throws if a further one does not help. */
async function delayOf(answer: Response | TonemillError, attempt: number, retries: Retries): Promise<number> {
  if (answer instanceof TonemillError) {
    if (attempt >= retries.attempts) throw answer;
    return backOff(attempt, retries);
  }
  if (answer.status === 308 && attempt < retries.attempts) return backOff(attempt, retries);
  const delay = delayAfter(answer, attempt, retries);
  if (delay !== undefined) {
    await answer.body?.cancel();
    return delay;
  }
  const error = await errorOf(answer);
  // The service read less than was sent.
  if (error.code === 'upload_incomplete' && attempt < retries.attempts) return backOff(attempt, retries);
  throw error;
}

async function askPosition(url: string, options: UploadOptions): Promise<Received> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await put(url, { ...options, headers: {} }, new Uint8Array(0), 'bytes */*');
    const received = await receivedBy(answer);
    if (received !== undefined) return received;
    await pause(await delayOf(answer, attempt, options.retries), options.signal);
  }
}

function rangeOf(start: number, { size, last }: SourcePart, total: number | undefined): string {
  const whole = total ?? (last ? start + size : '*');
  return size === 0 ? `bytes */${whole}` : `bytes ${start}-${start + size - 1}/${whole}`;
}
