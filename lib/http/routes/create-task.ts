import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Auth } from '../../accounts/sessions.ts';
import { FORM_FIELDS, type FormUploads } from '../../uploads/form-upload.ts';
import type { UploadSessions } from '../../uploads/upload-sessions.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { formRequest, readForm } from '../multipart-form.ts';
import { createRouter, jsonBody, type Router, validated } from '../router.ts';
import { json, OPTIONS, problems, TASK, taskJson } from '../schemas.ts';

export interface CreationRouteDependencies {
  auth: Auth;
  formUploads: FormUploads;
  uploadSessions: UploadSessions;
  /** Maximum size of one file in a form, in bytes. */
  formBytes: number;
}

const FORM = FORM_FIELDS.extend({ audio: z.string().openapi({ format: 'binary' }) });

const SESSION_REQUEST = z.object({
  filename: z.string().max(1000).openapi({ example: 'song.wav' }),
  newFormat: z.string().max(100).openapi({ example: 'mp3' }),
  options: OPTIONS,
  size: z
    .int('expected the file size in bytes')
    .min(1, 'expected at least 1')
    .optional()
    .openapi({ description: 'Size of the file in bytes. A file of another size is refused.' }),
});

const CREATED = z.object({
  message: z.string(),
  task: TASK,
  upload: z
    .object({
      url: z.url().openapi({ description: 'The URL is a secret: it gives the right to send this one file.' }),
      method: z.literal('PUT'),
      headers: z.record(z.string(), z.string()),
      expiresAt: z.iso.datetime(),
    })
    .optional()
    .openapi({
      description: "Request for the declared file, by the protocol of Cloud Storage's resumable uploads.",
    }),
});

/** The schema is only documentation: to validate a form, the library would read all of it into memory. */
const CREATE = createRoute({
  method: 'post',
  path: '/api/tasks',
  summary: 'Create a task with an audio file, or open an upload session for the file',
  security: [{ bearer: [] }],
  request: {
    body: {
      required: true,
      content: { 'multipart/form-data': { schema: FORM }, 'application/json': { schema: SESSION_REQUEST } },
    },
  },
  responses: { 200: json(CREATED, 'The new task.'), ...problems(400, 401, 413, 415, 422) },
});

export function creationRoutes(parts: CreationRouteDependencies): Router {
  const { auth, formUploads, uploadSessions, formBytes } = parts;
  const router = createRouter();
  router.openAPIRegistry.registerPath(CREATE);
  router.post('/api/tasks', bearer(auth), async (c, next) => {
    const contentType = c.req.header('Content-Type') ?? '';
    if (!/^multipart\/form-data/i.test(contentType)) return next();
    const { userId, email } = principalOf(c);
    const file = await readForm(formRequest(c), formBytes);
    const task = await formUploads.receive(userId, file);
    return c.json({ message: 'The task is created.', task: taskJson(task, email) }, 200);
  });
  router.on('POST', ['/api/tasks'], ...jsonBody('application/json or multipart/form-data'), async (c) => {
    const { userId, email } = principalOf(c);
    const { filename, newFormat, options, size } = validated(SESSION_REQUEST, await c.req.json());
    const origin = originOf(c);
    const sessionRequest = { filename, newFormat, options, size, origin, service: serviceUrl(c) };
    const { task, upload } = await uploadSessions.open(userId, sessionRequest);
    const shown = { ...upload, expiresAt: upload.expiresAt.toISOString() };
    const message = 'The task waits for its file.';
    return c.json({ message, task: taskJson(task, email), upload: shown }, 200);
  });
  return router;
}

/**
 * Base URL under which the caller reaches this service. A load balancer that ends TLS sets `X-Forwarded-Proto`. A
 * caller that forges this header gets a wrong address in the answer to its own request, and nothing else.
 */
function serviceUrl(c: Context): string {
  const { host, protocol } = new URL(c.req.url);
  const outside = /^https?$/.exec(c.req.header('X-Forwarded-Proto') ?? '')?.[0];
  return `${outside ? `${outside}:` : protocol}//${host}`;
}

/** Origin of the page that sends the request. A value that no browser would send is ignored. */
function originOf(c: Context): string | undefined {
  const header = c.req.header('Origin') ?? '';
  return URL.parse(header)?.origin === header ? header : undefined;
}
