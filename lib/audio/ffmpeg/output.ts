import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { PipeReader } from '../../process/limited-process.ts';
import type { EffectiveOptions } from '../formats/effective-options.ts';

import type { MediaInfo } from '../media/media-info.ts';

import { mayCopy } from '../plan/copy-plan.ts';

/** A result that a storage receives while ffmpeg writes it. */
export interface StreamedOutput {
  /** A private folder for the programs that write it. */
  folder: string;
  /** Stores the whole stream or nothing, and returns its size in bytes. */
  store(stream: Readable): Promise<number>;
}

/** The place of a result: a local path, or a stream. */
export type Output = string | StreamedOutput;

/**
 * Muxers that write only forwards. All others seek back and need a file: WAV and AIFF for their sizes, FLAC for the number
 * of samples and the MD5, MP3 for the Xing frame (length and gapless information), MP4 to move the index to the front.
 */
const STREAMABLE: ReadonlySet<string> = new Set(['ogg', 'oga', 'opus', 'adts', 'mp2', 'ac3', 'eac3']);

/**
 * Whether a result can be stored while ffmpeg writes it. Loudness normalization and a limit of its size may encode it more than once, and the
 * library writes tags into a finished file, of which a receipt is made and gains for players are measured. A copy of packets is compared with its original first.
 */
export function isStreamed(effective: EffectiveOptions, media: MediaInfo | null): boolean {
  const { format, options } = effective;
  const { muxer, tags } = format;
  const { loudness, metadata, chapters, receipt, fit, replayGain = 'keep' } = options;
  if (media && mayCopy(effective, media)) return false;
  const { tags: kept = {}, coverArt = false, chapters: marked = [] } = media ?? {};
  const isKept = Object.keys(kept).length > 0 || coverArt || marked.length > 0;
  const isTagged = isKept || typeof metadata === 'object' || Array.isArray(chapters);
  return (
    STREAMABLE.has(muxer) &&
    loudness === undefined &&
    receipt === undefined &&
    fit === undefined &&
    (replayGain === 'keep' || replayGain === 'drop') &&
    !(isTagged && tags === 'library')
  );
}

/** Bytes from the beginning of a result that the result check needs; they include cover art. */
const HEAD = 1024 * 1024;

/** A pipe from standard output of ffmpeg to a storage; the storage sees its end only after the result check. */
export interface Sink {
  read: PipeReader;
  /** The result's first bytes. */
  head(): Buffer;
  /** Number of bytes so far. */
  bytes(): number;
  /** Whether the program waits for the storage. */
  isFull(): boolean;
  /** Ends the stream, waits for the storage, and returns the number of stored bytes. */
  commit(): Promise<number>;
  /** Breaks the stream off, so that nothing is stored; has no effect after `commit`. */
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
      if (!through.writableEnded) through.destroy(new Error('the conversion was aborted'));
      await stored.catch(() => undefined);
    },
  };
}
