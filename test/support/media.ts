import type { MediaInfo } from '../../lib/audio/media/media-info.ts';

/** Media information of a second of stereo; tests change what matters to them. */
export const MEDIA: MediaInfo = {
  container: 'wav',
  codec: 'pcm_s16le',
  duration: 1,
  sampleRate: 44_100,
  channels: 2,
  channelLayout: 'stereo',
  bitDepth: 16,
  bitrate: 1_411_200,
  tags: {},
  coverArt: false,
  chapters: [],
  chunks: [],
  loudness: null,
  tracks: [],
};
