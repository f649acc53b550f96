import { z } from '@hono/zod-openapi';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { ConversionResult, Hashes, Task } from '../ports/tasks.ts';
import { MOST_INTEGER, wholeNumber } from '../runtime/whole-number.ts';

const PROBLEM = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'Stable; what programs should look at.', example: 'not_found' }),
    detail: z.string(),
    error: z.string().openapi({ description: 'The same sentence, where first-generation clients read it.' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem', { description: 'RFC 9457' });

/** Documents the error statuses of a route. A route with a body, which can be too large, has one that can be too slow. */
export function problems<const S extends readonly number[]>(...statuses: S) {
  const content = { 'application/problem+json': { schema: PROBLEM } };
  const slow = statuses.includes(413) ? [408] : [];
  return Object.fromEntries(
    [...statuses, ...slow].map((status) => [status, { description: DESCRIPTIONS[status] ?? '', content }]),
  );
}

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is not valid; `errors` names the fields.',
  401: 'No token, or one that is not valid.',
  404: 'There is no such thing, or it is not yours.',
  408: 'The body came too slowly.',
  409: 'Not possible in the present state.',
  410: 'The upload is over.',
  412: '`If-Match` or `If-Unmodified-Since` does not hold: the file is another one now.',
  413: 'Too large.',
  415: 'Another content type is expected.',
  416: 'The range is outside the file.',
  422: 'No such format can be made.',
  503: 'Something that the service needs does not answer, or too much is asked at once: see `Retry-After`.',
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
    ...{ type: 'integer', minimum: 1, maximum: MOST_INTEGER },
    param: { name: 'id', in: 'path' },
    example: 7,
  }),
});

export const STATES = [
  'AWAITING_UPLOAD',
  'UPLOADED',
  'PROCESSING',
  'PROCESSED',
  'FAILED',
  'EXPIRED',
] as const;

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
      .openapi({ description: 'By EBU R128; null where it was not measured.' }),
  })
  .openapi('Media');

/** Read more closely once the format is known. */
export const OPTIONS = z
  .record(z.string(), z.unknown())
  .optional()
  .openapi({
    description: 'What a format takes stands in `GET /api/formats`. Default: none.',
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
      .openapi({ description: 'What the format can not do, and what was made instead.' }),
  })
  .openapi('Result');

const CHECKSUMS = z
  .object({
    crc32c: z
      .string()
      .nullable()
      .openapi({ description: 'Base64, big-endian, as `gcloud storage hash` says it.' }),
    sha256: z.string().nullable().openapi({
      description:
        'Hexadecimal, as `sha256sum` says it. Null where a bucket took the file: Cloud Storage computes none.',
    }),
  })
  .nullable()
  .openapi({ description: 'Of the original; null until it has come, and where nobody computed them.' });

export const TASK = z
  .object({
    id: z.int(),
    name: z.string(),
    originalExt: z.string(),
    convertedExt: z.string().openapi({ description: 'The format that is requested.' }),
    state: z.enum(STATES),
    timestamp: z.iso.datetime(),
    user: z.string().openapi({ description: 'Email of the owner.' }),
    revision: z.int().openapi({ description: 'Counts how often the requested output was changed.' }),
    options: z.record(z.string(), z.unknown()),
    progress: z.number().openapi({ description: '0 to 1.' }),
    checksums: CHECKSUMS,
    media: MEDIA.nullable().openapi({ description: 'What the original holds.' }),
    result: RESULT.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .openapi('Task');

export function mediaJson(media: MediaInfo): z.input<typeof MEDIA> {
  return { ...media, tags: { ...media.tags } };
}

/** A task as the API shows it; the keys of its files are nobody's business. */
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
