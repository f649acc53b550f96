import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { OpenedSession, UploadSessionRequest } from '../../uploads/upload-sessions.ts';
import { serviceUrl } from '../own-address.ts';
import { REQUESTED_OUTPUT } from '../schemas/requested-output.ts';
import { TASK, taskJson } from '../schemas/task.ts';
import { NEW_TASK_WEBHOOK, withSecretJson } from '../schemas/webhook.ts';

/** Longest address, in characters. */
const ADDRESS = z.string('expected a URL').max(8192);

/** A file that is sent afterwards, or fetched by the service. */
const ANNOUNCED_FILE = {
  filename: z.string().max(1000).optional().openapi({
    minLength: 1,
    example: 'song.wav',
    description:
      'Of a path, the last part; at most 200 bytes in UTF-8. Needed without `url`; with it, the server or the path of the URL names the file otherwise.',
  }),
  url: ADDRESS.optional().openapi({
    format: 'uri',
    example: 'https://files.example.org/song.wav',
    description:
      'The service fetches the file from here, instead of an upload. Only https, and only public addresses.',
  }),
  destination: ADDRESS.optional().openapi({
    format: 'uri',
    example: 'https://bucket.example.org/song.mp3?signature=...',
    description:
      'The result is delivered here as well: a signed PUT URL of S3, Cloud Storage or Azure, or `gs://bucket/name` of a bucket that the operator named.',
  }),
  size: z.int('expected the file size in bytes').min(1, 'expected at least 1').optional().openapi({
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Size of the file in bytes. A file of another size is refused.',
  }),
};

interface AnnouncedFile {
  filename?: string | undefined;
  url?: string | undefined;
  size?: number | undefined;
}

/** Refuses a file without a name, and a size of a file that another server sends. */
function checkFile({ filename, url, size }: AnnouncedFile, context: z.RefinementCtx): void {
  if (filename === undefined && url === undefined)
    context.addIssue({ code: 'custom', path: ['filename'], message: 'expected a file name, or a url' });
  if (size !== undefined && url !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['size'],
      message: 'expected none, since the server of the url tells it',
    });
}

/** Request for a task of a batch. */
export const SESSION_REQUEST = REQUESTED_OUTPUT.extend(ANNOUNCED_FILE)
  .superRefine(checkFile)
  .openapi('NewBatchTask');

/** Request for one task, which may have a webhook. */
export const TASK_REQUEST = REQUESTED_OUTPUT.extend({
  ...ANNOUNCED_FILE,
  webhook: NEW_TASK_WEBHOOK.optional(),
})
  .superRefine(checkFile)
  .openapi('NewTask');

/** The request that sends the file, as the API shows it. */
export const UPLOAD = z
  .object({
    url: z.url().openapi({ description: 'The URL is a secret: it gives the right to send this one file.' }),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()),
    expiresAt: z.iso.datetime(),
  })
  .openapi('Upload', {
    description: "Request for the declared file, by the protocol of Cloud Storage's resumable uploads.",
  });

/** A request for an upload session, as the domain takes it. */
export function sessionRequest(
  c: Context,
  request: z.output<typeof SESSION_REQUEST> & Pick<z.output<typeof TASK_REQUEST>, 'webhook'>,
): UploadSessionRequest {
  const { filename, url: source, destination, newFormat, options, outputs, size, webhook } = request;
  const file = { filename, source, destination, size };
  return { ...file, newFormat, options, outputs, webhook, origin: originOf(c), service: serviceUrl(c) };
}

/** A task that waits for its file, as the API shows it. */
export function openedJson({ task, upload, webhook }: OpenedSession, email: string) {
  const shown = { task: taskJson(task, email), ...(webhook && { webhook: withSecretJson(webhook) }) };
  if (!upload) return shown;
  const { expiresAt, ...request } = upload;
  return {
    ...shown,
    upload: { ...request, expiresAt: expiresAt.toISOString() } satisfies z.input<typeof UPLOAD>,
  };
}

/** Shape of `openedJson`. */
export const OPENED = z
  .object({
    task: TASK,
    upload: UPLOAD.optional().openapi({ description: 'Absent if the service fetches the file.' }),
  })
  .openapi('OpenedSession');

/** Origin of the page that sends the request. A value that no browser would send is ignored. */
function originOf(c: Context): string | undefined {
  const header = c.req.header('Origin') ?? '';
  return URL.parse(header)?.origin === header ? header : undefined;
}
