import type { Readable } from 'node:stream';
import type { Probed } from '../media/ffprobe-output.ts';

/** An original that programs read from standard input, as a stream from a storage. */
export interface StreamedSource {
  /** A private folder for the programs that read it. */
  folder: string;
  /** Opens a stream from the beginning; it fails with `unavailable` if the storage breaks off. */
  open(): Promise<Readable>;
}

/** An original: a local path, or a stream. */
export type Source = string | StreamedSource;

/** A source with its media information. */
export interface OpenedSource {
  source: Source;
  probed: Probed;
}

/** Reads the media information of a file or a stream. */
export interface Prober {
  /** Throws `not_audio`, `no_audio`, `damaged`, `unsupported_codec`, `too_long`, `timed_out`, `resource_limit`. */
  probe(source: Source, signal: AbortSignal): Promise<Probed>;
}
