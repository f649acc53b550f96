import { z } from '@hono/zod-openapi';
import type { MediaInfo } from '../audio/media/media-info.ts';
import { type ConversionResult, type Hashes, TASK_STATES, type Task } from '../ports/tasks.ts';
import { MOST_INTEGER, wholeNumber } from '../runtime/whole-number.ts';

const PROBLEM = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z
      .string()
      .openapi({ description: 'Stable identifier of the error for programs.', example: 'not_found' }),
    detail: z.string(),
    error: z.string().openapi({ description: 'The same sentence, for first-generation clients.' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem', { description: 'RFC 9457' });

/** Documents the error statuses of a route. A route with 413 has a body, which may also be too slow (408). */
export function problems<const S extends readonly number[]>(...statuses: S) {
  const content = { 'application/problem+json': { schema: PROBLEM } };
  const slow = statuses.includes(413) ? [408] : [];
  return Object.fromEntries(
    [...statuses, ...slow].map((status) => [status, { description: DESCRIPTIONS[status] ?? '', content }]),
  );
}

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is not valid; `errors` names the fields.',
  401: 'The token is missing or not valid.',
  404: 'The resource does not exist, or it belongs to another user.',
  408: 'The body came too slowly.',
  409: 'The present state does not allow the request.',
  410: 'The upload has ended.',
  412: '`If-Match` or `If-Unmodified-Since` is not met: the file has changed.',
  413: 'Too large.',
  415: 'The content type is not supported.',
  416: 'The range is outside the file.',
  422: 'The service cannot make the format, or cannot read the audio.',
  503: 'A dependency of the service does not answer, or there are too many requests: see `Retry-After`.',
};

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

export const ID = z.object({
  id: wholeNumber(1, MOST_INTEGER, 'expected a task id').openapi({
    type: 'integer',
    minimum: 1,
    maximum: MOST_INTEGER,
    param: { name: 'id', in: 'path' },
    example: 7,
  }),
});

export const MEDIA = z
  .object({
    container: z.string(),
    codec: z.string(),
    duration: z.number().nullable().openapi({ description: 'Seconds.' }),
    sampleRate: z.number().openapi({ description: 'Hz.' }),
    channels: z.number(),
    channelLayout: z.string().nullable(),
    bitDepth: z.number().nullable().openapi({ description: 'Bits.' }),
    bitrate: z.number().nullable().openapi({ description: 'Bits a second.' }),
    tags: z.record(z.string(), z.string()),
    coverArt: z.boolean(),
    loudness: z
      .object({
        integrated: z.number().openapi({ description: 'LUFS.' }),
        truePeak: z.number().openapi({ description: 'dBTP.' }),
        range: z.number().openapi({ description: 'LU.' }),
      })
      .nullable()
      .openapi({ description: 'By EBU R128; null if it was not measured.' }),
  })
  .openapi('Media');

/** The options are validated in detail after the format is known. */
export const OPTIONS = z
  .record(z.string(), z.unknown())
  .optional()
  .openapi({
    description: '`GET /api/formats` lists the options of each format. Default: none.',
    example: { bitrate: 128_000 },
  });

const RESULT = z
  .object({
    size: z.number().openapi({ description: 'Bytes.' }),
    media: MEDIA,
    warnings: z.array(z.string()),
    adaptations: z
      .array(
        z.object({
          property: z.string().openapi({ example: 'sampleRate' }),
          from: z.union([z.number(), z.string()]),
          to: z.union([z.number(), z.string()]),
          reason: z.string(),
        }),
      )
      .openapi({ description: 'Properties that the format does not support, and their replacements.' }),
  })
  .openapi('Result');

const CHECKSUMS = z
  .object({
    crc32c: z
      .string()
      .nullable()
      .openapi({ description: 'Base64, big-endian, as `gcloud storage hash` prints it.' }),
    sha256: z.string().nullable().openapi({
      description:
        'Hexadecimal, as `sha256sum` prints it. Null for uploads to a bucket: Cloud Storage does not compute it.',
    }),
  })
  .nullable()
  .openapi({
    description: 'Checksums of the original; null before its upload, and if they were not computed.',
  });

export const TASK = z
  .object({
    id: z.int(),
    name: z.string(),
    originalExt: z.string(),
    convertedExt: z.string().openapi({ description: 'The requested format.' }),
    state: z.enum(TASK_STATES),
    timestamp: z.iso.datetime(),
    user: z.string().openapi({ description: 'Email of the owner.' }),
    revision: z.int().openapi({ description: 'Counts the changes of the requested output.' }),
    options: z.record(z.string(), z.unknown()),
    progress: z.number().openapi({ description: '0 to 1.' }),
    checksums: CHECKSUMS,
    media: MEDIA.nullable().openapi({ description: 'Properties of the original.' }),
    result: RESULT.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .openapi('Task');

export function mediaJson(media: MediaInfo): z.input<typeof MEDIA> {
  return { ...media, tags: { ...media.tags } };
}

/** A task as the API shows it, without the storage keys of its files. */
export function taskJson(task: Task, user: string): z.input<typeof TASK> {
  return {
    id: task.id,
    name: task.name,
    originalExt: task.originalExt,
    convertedExt: task.requestedOutput.format,
    state: task.state,
    timestamp: task.createdAt.toISOString(),
    user,
    revision: task.revision,
    options: { ...task.requestedOutput.options },
    progress: task.progress,
    checksums: task.checksums && checksumsJson(task.checksums),
    media: task.media && mediaJson(task.media),
    result: task.result && resultJson(task.result),
    error: task.error,
    startedAt: task.startedAt?.toISOString() ?? null,
    finishedAt: task.finishedAt?.toISOString() ?? null,
  };
}

function checksumsJson({ crc32c, sha256 }: Hashes): z.input<typeof CHECKSUMS> {
  return {
    crc32c: crc32c ?? null,
    sha256: sha256 === undefined ? null : Buffer.from(sha256, 'base64').toString('hex'),
  };
}

function resultJson({ size, media, warnings, adaptations }: ConversionResult): z.input<typeof RESULT> {
  return {
    size,
    media: mediaJson(media),
    warnings: [...warnings],
    adaptations: [...adaptations],
  };
}
