import type { Probed } from './ffprobe-output.ts';
import type { Depth, MediaInfo } from './media-info.ts';

/** Media information that stands for a file which is not there. */
export type DescribedMedia = Pick<MediaInfo, 'container' | 'codec' | 'duration' | 'sampleRate' | 'channels'> &
  Partial<MediaInfo>;

/** A probe as far as media information tells it: pictures and chunks are known by their names alone. */
export function probedOf(described: DescribedMedia): Probed {
  const media: MediaInfo = { ...UNKNOWN, ...described };
  const { tags, pictures = [] } = media;
  return {
    media,
    estimated: false,
    joined: false,
    packets: null,
    depth: depthOf(media),
    tags: {},
    chunks: [],
    file: { tags, encoding: null, pictures: pictures.map((one) => ({ ...one, sha256: '' })), others: {} },
    moreChapters: false,
    track: media.tracks.find((track) => track.default)?.number ?? 1,
    decoder: null,
    sounds: [],
  };
}

const UNKNOWN = {
  channelLayout: null,
  bitDepth: null,
  bitrate: null,
  tags: {},
  coverArt: false,
  chapters: [],
  chunks: [],
  loudness: null,
  tracks: [],
} satisfies Partial<MediaInfo>;

const DEPTHS: readonly Depth['bits'][] = [8, 16, 24, 32, 64];

/** Codecs without loss, by ffprobe's names. */
const LOSSLESS = /^(pcm_[suf]|flac$|alac$|wavpack$|tta$|ape$|mlp$|truehd$|shorten$)/;

function depthOf({ codec, bitDepth }: MediaInfo): Depth | null {
  if (!LOSSLESS.test(codec)) return null;
  const bits = DEPTHS.find((one) => one >= (bitDepth ?? 16)) ?? 64;
  return { bits, float: codec.startsWith('pcm_f') };
}
