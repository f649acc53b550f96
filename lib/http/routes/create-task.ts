import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { Places } from '../../runtime/places.ts';
import { COVER_BYTES } from '../../tasks/cover-image.ts';
import type { FormUploads } from '../../uploads/form-upload.ts';
import type { UploadSessions } from '../../uploads/upload-sessions.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { formsInPlaces } from '../forms-in-places.ts';
import type { Idempotency } from '../idempotency.ts';
import { formRequest, isForm, readForm } from '../multipart-form.ts';
import { createRouter, jsonBody, type Router, validated } from '../router.ts';
import { COVER_PART, NEW_FORMAT, OPTIONS, OUTPUTS } from '../schemas/requested-output.ts';
import { json, problems, SECURITY } from '../schemas/responses.ts';
import { TASK, taskJson } from '../schemas/task.ts';
import { WEBHOOK_WITH_SECRET, withSecretJson } from '../schemas/webhook.ts';
import { IDEMPOTENCY_KEY, REPLAYED } from './keyed-requests.ts';
import { openedJson, sessionRequest, TASK_REQUEST, UPLOAD } from './session-request.ts';

export interface CreationRouteDependencies {
  auth: Auth;
  idempotency: Idempotency;
  formUploads: FormUploads;
  uploadSessions: UploadSessions;
  /** Forms at once in this process. */
  places: Places;
  /** Maximum size of one file in a form, in bytes. */
  formBytes: number;
}

const FORM = z
  .object({
    newFormat: NEW_FORMAT.optional().openapi({
      description: 'Default: the format of the saved preset that the options name.',
    }),
    filename: z.string().optional().openapi({ description: 'Default: the name of the part `audio`.' }),
    options: OPTIONS.optional(),
    outputs: OUTPUTS,
    audio: z.string().openapi({ format: 'binary' }),
    destination: z.string().optional().openapi({ description: 'As in `NewTask`.' }),
    webhook: z.string().optional().openapi({
      description: 'JSON as in `NewTaskWebhook`.',
      example: '{"url": "https://example.com/hook", "events": ["task.processed", "task.failed"]}',
    }),
    cover: COVER_PART,
  })
  .openapi('TaskForm');

const EXAMPLE = { filename: 'song.wav', newFormat: 'mp3', size: 1_000_000, options: { preset: 'podcast' } };

const CREATED = z
  .object({
    message: z.string(),
    task: TASK,
    upload: UPLOAD.optional(),
    webhook: WEBHOOK_WITH_SECRET.optional(),
  })
  .openapi('CreatedTask');

/** The schema is only documentation: to validate a form, the library would read all of it into memory. */
const CREATE = createRoute({
  method: 'post',
  path: '/api/tasks',
  operationId: 'createTask',
  summary: 'Create a task with an audio file, or open an upload session for the file',
  security: SECURITY,
  request: {
    headers: IDEMPOTENCY_KEY,
    body: {
      required: true,
      content: {
        'multipart/form-data': { schema: FORM },
        'application/json': { schema: TASK_REQUEST, example: EXAMPLE },
      },
    },
  },
  responses: {
    200: { ...json(CREATED, 'The new task.'), headers: REPLAYED },
    ...problems(400, 401, 403, 404, 409, 413, 415, 422, 507),
  },
});

export function creationRoutes(parts: CreationRouteDependencies): Router {
  const { auth, idempotency, formUploads, uploadSessions, places, formBytes } = parts;
  const router = createRouter();
  router.openAPIRegistry.registerPath(CREATE);
  router.post('/api/tasks', bearer(auth), formsInPlaces(places), idempotency.form, async (c, next) => {
    if (!isForm(c)) return next();
    const { userId, email } = principalOf(c);
    const keyed = c.get('keyed');
    const form = await readForm(formRequest(c), formBytes, COVER_BYTES);
    const received = await formUploads.receive(userId, keyed?.judged(form) ?? form, keyed?.creation);
    const webhook = received.webhook && { webhook: withSecretJson(received.webhook) };
    const task = taskJson(received.task, email);
    return c.json({ message: 'The task is created.', task, ...webhook }, 200);
  });
  const asJson = [...jsonBody('application/json or multipart/form-data'), idempotency.json];
  router.on('POST', ['/api/tasks'], ...asJson, async (c) => {
    const { userId, email } = principalOf(c);
    const request = sessionRequest(c, validated(TASK_REQUEST, await c.req.json()));
    const opened = openedJson(await uploadSessions.open(userId, request, c.get('keyed')?.creation), email);
    return c.json({ message: 'The task waits for its file.', ...opened }, 200);
  });
  return router;
}
