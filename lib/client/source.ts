import { TonemillError } from './errors.ts';

/** A file to send. */
export type FileSource =
  | Blob
  | Uint8Array<ArrayBuffer>
  | ArrayBuffer
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** A part of a file. */
export interface SourcePart {
  body: Blob | Uint8Array<ArrayBuffer>;
  /** Bytes. */
  size: number;
  /** Whether the file ends with this part. */
  last: boolean;
}

/** A file that is read in parts. */
export interface Source {
  /** Bytes; undefined if only the end of a stream shows it. */
  size: number | undefined;
  /** Name of a File; undefined for all others. */
  name: string | undefined;
  /**
   * The part from a position. A stream keeps the bytes from the position of the newest part on: earlier ones are gone, and
   * asking for them throws.
   */
  part(start: number, length: number): Promise<SourcePart>;
  /** Releases a stream. */
  close(): Promise<void>;
}

export function sourceOf(file: FileSource): Source {
  if (file instanceof Blob) return blobSource(file);
  if (file instanceof ArrayBuffer || file instanceof Uint8Array) return blobSource(new Blob([file]));
  return streamSource(file);
}

function blobSource(blob: Blob): Source {
  return {
    size: blob.size,
    name: 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined,
    async part(start, length) {
      const body = blob.slice(start, start + length);
      return { body, size: body.size, last: start + body.size >= blob.size };
    },
    close: async () => undefined,
  };
}

function streamSource(stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): Source {
  const chunks = 'getReader' in stream ? chunksOf(stream) : stream[Symbol.asyncIterator]();
  let kept = new Uint8Array(0);
  let begin = 0;
  let ended = false;
  const fill = async (length: number) => {
    const parts = [kept];
    let size = kept.length;
    // One byte more than asked for: only then is it known whether the stream goes on.
    while (!ended && size <= length) {
      const next = await chunks.next();
      ended = next.done === true;
      if (next.done) break;
      parts.push(new Uint8Array(next.value));
      size += next.value.length;
    }
    kept = joined(parts, size);
  };
  return {
    size: undefined,
    name: undefined,
    async part(start, length) {
      if (start < begin || start > begin + kept.length)
        throw new TonemillError(
          'file_changed',
          `The stream was read beyond byte ${start}, and cannot go back.`,
        );
      kept = kept.slice(start - begin);
      begin = start;
      await fill(length);
      const body = kept.subarray(0, length);
      return { body, size: body.length, last: ended && body.length === kept.length };
    },
    async close() {
      await chunks.return?.();
    },
  };
}

/** Safari's streams are not iterable. */
function chunksOf(stream: ReadableStream<Uint8Array>): AsyncIterator<Uint8Array, unknown> {
  const reader = stream.getReader();
  return {
    next: () => reader.read(),
    async return() {
      // A stream that failed has told its error already.
      await reader.cancel().catch(() => undefined);
      return { done: true, value: undefined };
    },
  };
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(size);
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
