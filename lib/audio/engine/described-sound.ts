import type { Probed } from '../media/ffprobe-output.ts';
import type { FileHeader } from '../media/file-header.ts';
import type { Depth } from '../media/media-info.ts';
import type { Sound } from '../media/tracks.ts';

/**
 * A probe of a file with one sound track and without chapters or chunks, of which nothing is known but its header.
 * @param tags by ffprobe's names
 */
export function describeSound(
  header: FileHeader,
  depth: Depth | null,
  tags: Readonly<Record<string, string>>,
): Probed {
  const { codec, duration, sampleRate, channels, channelLayout, bitDepth, bitrate, tracks } = header;
  const shown = { codec, duration, sampleRate, channels, channelLayout, bitDepth, bitrate, tags: {} };
  const same = { estimated: false, packets: null, depth, tags };
  return {
    ...same,
    joined: false,
    track: 1,
    decoder: null,
    sounds: tracks.map((track): Sound => ({ ...same, refusal: null, track, media: shown })),
    moreChapters: false,
    chunks: [],
    repaired: [],
    media: { ...header, tags: {}, coverArt: false, chapters: [], chunks: [], loudness: null },
  };
}
