import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { PipeReader } from '../../process/limited-process.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';
import type { Format } from '../formats/formats.ts';

/** Where a result goes that is stored as it comes out of the program. */
export interface StreamedOutput {
  /** A private folder for what runs for it. */
  folder: string;
  /** Stores the stream, whole or not at all, and answers its bytes. */
  store(stream: Readable): Promise<number>;
}

/** Where a result is written: a local path, or a stream. */
export type Output = string | StreamedOutput;

/**
 * Muxers whose output is right when it is written from front to end. All others go back: WAV and AIFF for their sizes,
 * FLAC for the number of samples and the MD5, MP3 for the Xing frame (length and gapless information), MP4 to put the
 * index in front. For those a file is correct where a pipe is not.
 */
const STREAMABLE: ReadonlySet<string> = new Set(['ogg', 'opus', 'adts', 'mp2', 'ac3']);

/** What is normalised in loudness may be made more than once. */
export function isStreamed(format: Format, { options }: EffectiveOptions): boolean {
  return STREAMABLE.has(format.muxer) && options.loudness === undefined;
}

/** Bytes of a result's beginning that are kept for its check; cover art stands there as well. */
const HEAD = 1024 * 1024;

/** The way from a program's standard output into a storage, which is told of the end only once the result is known to be whole. */
export interface Sink {
  read: PipeReader;
  /** The result's first bytes. */
  head(): Buffer;
  /** How many came. */
  bytes(): number;
  /** Whether the storage keeps the program waiting. */
  isFull(): boolean;
  /** Ends the stream, and answers the bytes that were stored once they are. */
  commit(): Promise<number>;
  /** Breaks the stream off, so that nothing is stored; nothing happens after `commit`. */
  abandon(): Promise<void>;
}

export function createSink({ store }: StreamedOutput): Sink {
  const through = new PassThrough();
  const stored = store(through);
  stored.catch(() => undefined);
  const head: Buffer[] = [];
  let passed = 0;
  const pass = async (pipe: Readable) => {
    for await (const chunk of pipe) {
      if (passed < HEAD) head.push(chunk);
      passed += chunk.length;
      if (!through.write(chunk)) await once(through, 'drain');
    }
  };
  return {
    read: (pipe) => Promise.race([pass(pipe), stored]),
    head: () => Buffer.concat(head),
    bytes: () => passed,
    isFull: () => through.writableNeedDrain,
    async commit() {
      through.end();
      return stored;
    },
    async abandon() {
      if (!through.writableEnded) through.destroy(new Error('the conversion broke off'));
      await stored.catch(() => undefined);
    },
  };
}
