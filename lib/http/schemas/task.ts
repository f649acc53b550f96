import { z } from '@hono/zod-openapi';
import { type Hashes, TASK_STATES, type Task } from '../../ports/tasks.ts';
import { MEDIA, mediaJson } from './media.ts';
import { OPTIONS } from './requested-output.ts';
import { orNull } from './responses.ts';
import { RESULT, resultJson } from './result.ts';

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
  .openapi('Checksums');

const COVER = z
  .object({
    mimeType: z.string().openapi({ example: 'image/jpeg' }),
    width: z.int(),
    height: z.int(),
    size: z.int().openapi({ description: 'Bytes.' }),
    sha256: z.string().openapi({ description: 'Hexadecimal.' }),
  })
  .openapi('Cover');

const FAILURE = z
  .object({
    code: z.string().openapi({ description: 'Stable identifier for programs.', example: 'not_audio' }),
    message: z.string(),
  })
  .openapi('TaskError');

const ADDRESS = z.string().openapi({
  example: 'https://files.example.org/song.wav?...',
  description: 'The address, with `?...` for its query, which may be a signature.',
});

const SOURCE = z
  .object({
    url: ADDRESS,
    received: z.int().openapi({ description: 'Bytes that came.' }),
    size: z.int().nullable().openapi({ description: 'Bytes of the file; null if its server did not say.' }),
  })
  .openapi('TaskSource');

const DESTINATION = z.object({ url: ADDRESS }).openapi('TaskDestination');

const DELIVERED = z
  .object({
    at: z.iso.datetime().openapi({ description: 'Time of the last try.' }),
    status: z.int().nullable().openapi({ description: 'HTTP status of the answer; null if there was none.' }),
    error: z.string().nullable().openapi({ description: 'Null if the result was delivered.' }),
  })
  .openapi('TaskDelivery');

const OUTPUT = z
  .object({
    format: z.string(),
    options: OPTIONS,
    name: z
      .string()
      .nullable()
      .openapi({ description: 'File name without extension; null: as the original.' }),
  })
  .openapi('TaskOutput');

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
    options: OPTIONS,
    progress: z.number().openapi({
      description: '0 to 1; while the service fetches the original, the part that came.',
    }),
    checksums: orNull(CHECKSUMS).openapi({
      description: 'Checksums of the original; null before its upload, and if they were not computed.',
    }),
    cover: orNull(COVER).openapi({
      description: 'The picture that was sent as cover of the results; null if none was.',
    }),
    media: orNull(MEDIA).openapi({ description: 'Properties of the original.' }),
    result: orNull(RESULT),
    error: orNull(FAILURE),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    batchId: z.int().nullable().openapi({ description: 'Null if the task belongs to no batch.' }),
    source: orNull(SOURCE).openapi({ description: 'Null if the client sends the original.' }),
    destination: orNull(DESTINATION).openapi({
      description: 'Where the result is delivered as well; null: nowhere.',
    }),
    delivered: orNull(DELIVERED).openapi({ description: 'Null if nothing is delivered, or not yet.' }),
    expiresAt: z.iso.datetime().nullable().openapi({
      description:
        'Time at which the service removes the files, and the task becomes EXPIRED; null if they are kept, and until the conversion has ended.',
    }),
    outputs: z
      .array(OUTPUT)
      .nullable()
      .openapi({ description: 'All outputs, if the request gave a list; null if it gave one output.' }),
    resultCount: z.int().openapi({
      description: 'Number of results, of which `result` is the first; 0 before the conversion has ended.',
    }),
  })
  .openapi('Task');

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
    cover: task.cover,
    media: task.media && mediaJson(task.media),
    result: task.result && resultJson(task.result),
    error: task.error,
    startedAt: task.startedAt?.toISOString() ?? null,
    finishedAt: task.finishedAt?.toISOString() ?? null,
    batchId: task.batchId,
    source: task.source,
    destination: task.destination,
    delivered: task.delivered,
    expiresAt: task.expiresAt?.toISOString() ?? null,
    outputs:
      task.requestedOutput.outputs?.map((output) => ({ ...output, options: { ...output.options } })) ?? null,
    resultCount: task.result ? 1 + (task.result.more?.length ?? 0) : 0,
  };
}

function checksumsJson({ crc32c, sha256 }: Hashes): z.input<typeof CHECKSUMS> {
  return {
    crc32c: crc32c ?? null,
    sha256: sha256 === undefined ? null : Buffer.from(sha256, 'base64').toString('hex'),
  };
}
