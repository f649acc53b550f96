import { z } from '@hono/zod-openapi';
import type { MediaInfo } from '../../audio/media/media-info.ts';
import { PICTURE_TYPES } from '../../audio/media/picture.ts';
import { orNull } from './responses.ts';

export const CHAPTER = z
  .object({
    start: z.number().openapi({ description: 'Seconds.' }),
    end: z.number().openapi({ description: 'Seconds.' }),
    title: z.string(),
    url: z.string().optional().openapi({ description: 'Address of a page about the chapter.' }),
    image: z.string().optional().openapi({ description: 'Address of a picture of the chapter.' }),
  })
  .openapi('Chapter');

const PICTURE = z
  .object({
    type: z.enum(PICTURE_TYPES).openapi({ description: 'As ID3, FLAC and ASF number them.' }),
    mimeType: z.string().nullable().openapi({ description: 'By the bytes; null for an unknown kind.' }),
    width: z.number().nullable().openapi({ description: 'Pixels.' }),
    height: z.number().nullable().openapi({ description: 'Pixels.' }),
    bytes: z.number(),
  })
  .openapi('Picture');

export const LOUDNESS = z
  .object({
    integrated: z.number().openapi({ description: 'LUFS.' }),
    truePeak: z.number().openapi({ description: 'dBTP.' }),
    range: z.number().openapi({ description: 'LU.' }),
  })
  .openapi('Loudness');

const TRACK = z
  .object({
    number: z.number().openapi({ description: 'From 1.' }),
    codec: z.string(),
    channels: z.number(),
    sampleRate: z.number().openapi({ description: 'Hz.' }),
    language: z.string().nullable().openapi({ description: 'As the file has it: `spa`.' }),
    title: z.string().nullable(),
    default: z.boolean().openapi({ description: 'Whether the file marks it as a default track.' }),
    duration: z.number().nullable().openapi({ description: 'Seconds.' }),
  })
  .openapi('Track');

export const MEDIA = z
  .object({
    container: z.string(),
    codec: z.string(),
    size: z.number().optional().openapi({
      description: 'Bytes of the file; absent for results, whose size is beside it.',
    }),
    duration: z.number().nullable().openapi({ description: 'Seconds.' }),
    sampleRate: z.number().openapi({ description: 'Hz.' }),
    channels: z.number(),
    channelLayout: z.string().nullable(),
    bitDepth: z.number().nullable().openapi({ description: 'Bits.' }),
    bitrate: z.number().nullable().openapi({ description: 'Bits a second.' }),
    tags: z.record(z.string(), z.array(z.string())).openapi({
      description: 'Values by name: standard names in camel case, other names as in the file.',
      example: { title: ['Waltz'], artist: ['Ann', 'Bob'], trackNumber: ['3/12'] },
    }),
    coverArt: z.boolean(),
    pictures: z
      .array(PICTURE)
      .optional()
      .openapi({ description: 'Attached pictures; absent for containers without a place for them.' }),
    chapters: z.array(CHAPTER),
    chunks: z.array(z.string()).openapi({
      description: 'Further chunks of a WAV, Wave64 or AIFF file.',
      example: ['bext', 'iXML', 'cue', 'smpl'],
    }),
    loudness: orNull(LOUDNESS).openapi({ description: 'By EBU R128; null if it was not measured.' }),
    tracks: z.array(TRACK).openapi({
      description:
        'Sound tracks in the order of the file, at most 100. The rest of `media` describes the one taken.',
    }),
  })
  .openapi('Media');

export function mediaJson({ pictures, ...media }: MediaInfo): z.input<typeof MEDIA> {
  const tags = Object.entries(media.tags).map(([name, values]) => [name, [...values]]);
  return {
    ...media,
    tags: Object.fromEntries(tags),
    ...(pictures && { pictures: [...pictures] }),
    chapters: [...media.chapters],
    chunks: [...media.chunks],
    tracks: [...media.tracks],
  };
}
