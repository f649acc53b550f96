import type { MediaInfo } from './media-info.ts';

/** Media information from the header of a file with one sound track; tags and chapters stand elsewhere in the file. */
export type FileHeader = Omit<MediaInfo, 'tags' | 'coverArt' | 'chapters' | 'chunks' | 'loudness'>;

/** Adds the track to the properties of the sound. */
export function fileHeader(sound: Omit<FileHeader, 'tracks' | 'pictures'>): FileHeader {
  const { codec, channels, sampleRate, duration } = sound;
  const track = { number: 1, language: null, title: null, default: false };
  return { ...sound, tracks: [{ ...track, codec, channels, sampleRate, duration }] };
}
