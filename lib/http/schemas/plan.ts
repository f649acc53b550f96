import { z } from '@hono/zod-openapi';
import type { DescribedMedia } from '../../audio/media/described-media.ts';
import { MEDIA } from './media.ts';
import { NEW_FORMAT, OPTIONS, REQUESTED_OUTPUT } from './requested-output.ts';
import { orNull } from './responses.ts';
import { ADAPTATION } from './result.ts';

/** Longest sound and most channels that media information may describe. */
const LONGEST = 1_000_000;
const MOST_CHANNELS = 64;
const MOST_HZ = 768_000;

const positive = (most: number, expected: string) =>
  z.number(expected).positive(expected).max(most, expected);

const text = (expected: string) => z.string(expected).min(1, expected).max(100, expected);

/** Media information that a plan takes: the properties of `Media` that decide something, and any others. */
const PLANNED_MEDIA = MEDIA.partial()
  .extend({
    container: text('expected the container, such as wav'),
    codec: text('expected the codec, such as pcm_s16le'),
    duration: z.number('expected seconds').min(0, 'expected seconds').max(LONGEST).nullable(),
    sampleRate: z.int('expected Hz').min(1, 'expected Hz').max(MOST_HZ),
    channels: z.int('expected a number of channels').min(1, 'expected at least 1').max(MOST_CHANNELS),
    size: positive(Number.MAX_SAFE_INTEGER, 'expected bytes').optional(),
    bitrate: positive(1e9, 'expected bits a second').nullable().optional(),
  })
  .openapi('PlannedMedia');

const ONE = 'expected taskId or media, not both';

export const PLAN_REQUEST = REQUESTED_OUTPUT.extend({
  taskId: z
    .int('expected the number of a task')
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
  media: PLANNED_MEDIA.optional().openapi({ description: 'As `POST /api/probe` answers it.' }),
})
  .refine(({ taskId, media }) => (taskId === undefined) !== (media === undefined), {
    path: ['taskId'],
    message: ONE,
  })
  .openapi('PlanRequest');

export const PLAN_FORM = z
  .object({
    newFormat: NEW_FORMAT.optional(),
    options: OPTIONS.optional(),
    audio: z.string().openapi({ format: 'binary' }),
  })
  .openapi('PlanForm');

const BYTES = z
  .object({
    least: z.number(),
    likely: z.number(),
    most: z.number(),
    exact: z.boolean().openapi({
      description: 'Whether the size is certain: PCM, and a constant bitrate, without tags of unknown size.',
    }),
  })
  .openapi('PlannedBytes');

export const PLAN = z
  .object({
    format: z.string(),
    options: OPTIONS,
    copied: z.boolean().openapi({ description: 'Whether the packets of the original are copied.' }),
    codec: z.string(),
    sampleRate: z.number().openapi({ description: 'Hz.' }),
    channels: z.number(),
    bitDepth: z.number().nullable().openapi({ description: 'Bits; null if the codec has no depth.' }),
    bitrate: z.number().nullable().openapi({
      description: 'Constant bits a second; null for a variable rate, and for samples.',
    }),
    duration: z.number().nullable().openapi({ description: 'Seconds.' }),
    parts: z.int().nullable().openapi({
      description: 'Number of results: 1, or that of the parts; null if the original declares no duration.',
    }),
    bytes: orNull(BYTES).openapi({
      description: 'Of all parts together; null if the original declares no duration.',
    }),
    work: z.number().nullable().openapi({ description: 'Seconds of computing time of one core.' }),
    adaptations: z.array(ADAPTATION).openapi({
      description: 'Properties that the result cannot have as requested or found, and parts that it lacks.',
    }),
    cost: z
      .object({
        audioSeconds: z.number().openapi({ description: 'Seconds of audio that count for the day.' }),
        storedBytes: z.number().nullable().openapi({ description: 'Bytes of the original and the result.' }),
      })
      .openapi({ description: 'What the conversion takes of the quotas in `GET /api/account`.' }),
  })
  .openapi('Plan');

/** Media information of a request as the plan takes it: without the properties that are not there. */
export function describedMedia(media: z.output<typeof PLANNED_MEDIA>): DescribedMedia {
  const { container, codec, duration, sampleRate, channels, ...others } = media;
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  return { container, codec, duration, sampleRate, channels, ...Object.fromEntries(given) };
}
