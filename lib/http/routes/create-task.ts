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
  /** Most bytes of one file in a form. */
  formBytes: number;
}

const FORM = FORM_FIELDS.extend({ audio: z.string().openapi({ format: 'binary' }) });

const SESSION_REQUEST = z.object({
  filename: z.string().max(1000).openapi({ example: 'song.wav' }),
  newFormat: z.string().max(100).openapi({ example: 'mp3' }),
  options: OPTIONS,
  size: z
    .int("expected the file's bytes")
    .min(1, 'expected at least 1')
    .optional()
    .openapi({ description: 'Bytes of the file. Another size is refused then.' }),
});

const CREATED = z.object({
  message: z.string(),
  task: TASK,
  upload: z
    .object({
      url: z.url().openapi({ description: 'Whoever has it may send this one file.' }),
      method: z.literal('PUT'),
      headers: z.record(z.string(), z.string()),
      expiresAt: z.iso.datetime(),
    })
    .optional()
    .openapi({
      description: "Where to send what was declared, by the protocol of Cloud Storage's resumable uploads.",
    }),
});

/** Documented, but not routed by its schema: validating a form makes the library read it whole into memory. */
const CREATE = createRoute({
  method: 'post',
  path: '/api/tasks',
  summary: 'Upload audio to be converted, or announce it and send it afterwards',
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
 * Where the caller reaches this service. A load balancer that ends TLS says so in a header; who forges it gets a wrong
 * address in the answer to that very request, and nothing else.
 */
function serviceUrl(c: Context): string {
  const { host, protocol } = new URL(c.req.url);
  const outside = /^https?$/.exec(c.req.header('X-Forwarded-Proto') ?? '')?.[0];
  return `${outside ? `${outside}:` : protocol}//${host}`;
}

/** The page that asks; a header that no browser would send is as good as none. */
function originOf(c: Context): string | undefined {
  const header = c.req.header('Origin') ?? '';
  return URL.parse(header)?.origin === header ? header : undefined;
}
