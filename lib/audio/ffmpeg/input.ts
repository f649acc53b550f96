import type { Readable } from 'node:stream';
import type { Probed } from '../media/ffprobe-output.ts';

/** An original that programs read from standard input, as it comes out of a storage. */
export interface StreamedSource {
  /** A private folder for what runs on it. */
  folder: string;
  /** Reads from the beginning; fails with `unavailable` where the storage breaks off. */
  open(): Promise<Readable>;
}

/** Where an original is read from: a local path, or a stream. */
export type Source = string | StreamedSource;

/** A source with its media information. */
export interface OpenedSource {
  source: Source;
  probed: Probed;
}

/** Reads the media information of a file or a stream. */
export interface Prober {
  /** Throws `not_audio`, `no_audio`, `damaged`, `too_long`, `timed_out`, `resource_limit`. */
  probe(source: Source, signal: AbortSignal): Promise<Probed>;
}
