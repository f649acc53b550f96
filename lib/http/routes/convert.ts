import { Readable } from 'node:stream';
import { createRoute, z } from '@hono/zod-openapi';
import { create as contentDisposition } from 'content-disposition';
import type { Context } from 'hono';
import type { Auth } from '../../accounts/sessions.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Places } from '../../runtime/places.ts';
import { COVER_BYTES } from '../../tasks/cover-image.ts';
import { asksForParts } from '../../tasks/part-files.ts';
import type { TaskEvents } from '../../tasks/task-events.ts';
import type { Tasks } from '../../tasks/tasks.ts';
import type { FormUploads } from '../../uploads/form-upload.ts';
import { bearer, principalOf, type RouterEnv } from '../bearer-auth.ts';
import { convertFields } from '../convert-fields.ts';
import type { Idempotency } from '../idempotency.ts';
import { formRequest, readForm } from '../multipart-form.ts';
import { createRouter, type Router, validated } from '../router.ts';
import { COVER_PART, NEW_FORMAT, OPTIONS } from '../schemas/requested-output.ts';
import { json, problems, SECURITY, textHeader } from '../schemas/responses.ts';
import { TASK, taskJson } from '../schemas/task.ts';
import { IDEMPOTENCY_KEY, REPLAYED } from './keyed-requests.ts';
import { PREFER, PREFERENCE, prefersAsync, WAIT, waitForEnd } from './wait.ts';

export interface ConvertRouteDependencies {
  auth: Auth;
  idempotency: Idempotency;
  formUploads: FormUploads;
  tasks: Tasks;
  taskEvents: Pick<TaskEvents, 'settled'>;
  /** Forms at once in this process. */
  places: Places;
  /** Maximum size of one file in a form, in bytes. */
  formBytes: number;
}

/** Seconds that a request waits for its result unless it says otherwise. */
const WAIT_SECONDS = 60;

const FORM = z
  .strictObject({
    audio: z.string().openapi({ format: 'binary' }),
    cover: COVER_PART,
    format: NEW_FORMAT.optional().openapi({ description: 'Also as `newFormat`, or in the query.' }),
    newFormat: NEW_FORMAT.optional(),
    filename: z.string().optional(),
    options: OPTIONS.optional(),
    destination: z.string().optional().openapi({ description: 'As in `NewTask`.' }),
    webhook: z.string().optional().openapi({
      description:
        'JSON as in `NewTaskWebhook`, with a `secret`: the answer is a file, and has no place for a new one.',
      example:
        '{"url": "https://example.com/hook", "events": ["task.processed"], "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}',
    }),
  })
  .openapi('ConvertForm');

const QUERY = WAIT.extend({ format: NEW_FORMAT.optional() });

const LOCATION = { ...REPLAYED, ...PREFERENCE, Location: textHeader('Path of the task.') };

/**
 * The schema is only documentation: to validate a form, the library would read all of it into memory. The document adds
 * each option to the fields and the query.
 */
const CONVERT = createRoute({
  method: 'post',
  path: '/api/convert',
  operationId: 'convert',
  summary: 'Convert a file in one request',
  description:
    'Format and options are fields of the form or of the query. An answer comes within 60 seconds; `Prefer: respond-async, wait=5` shortens that.',
  security: SECURITY,
  request: {
    headers: IDEMPOTENCY_KEY.extend(PREFER.shape),
    query: QUERY,
    body: { required: true, content: { 'multipart/form-data': { schema: FORM } } },
  },
  responses: {
    200: {
      description: 'The converted file.',
      headers: { ...LOCATION, 'Content-Disposition': textHeader('File name for saving.') },
      content: { 'audio/*': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    202: { ...json(TASK, 'The conversion takes longer; this is its task.'), headers: LOCATION },
    303: {
      description:
        'In the cloud: the address of the converted file at the object storage. Of an original that is split: that of the archive of all parts.',
      headers: LOCATION,
    },
    ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503, 507),
  },
});

export function convertRoutes(parts: ConvertRouteDependencies): Router {
  const { auth, idempotency, formUploads, tasks, taskEvents, places, formBytes } = parts;
  const router = createRouter();
  router.openAPIRegistry.registerPath(CONVERT);
  router.post('/api/convert', bearer(auth), idempotency.again, async (c) => {
    const { wait, ...query } = c.req.query();
    const { wait: seconds } = validated(WAIT, wait === undefined ? {} : { wait });
    const { userId, email } = principalOf(c);
    const id = keptId(c) ?? (await places(userId, () => create(c, query)));
    const isAsync = prefersAsync(c);
    const settled = (signal: AbortSignal) => taskEvents.settled(userId, id, signal);
    await waitForEnd(c, settled, seconds, isAsync ? 0 : WAIT_SECONDS);
    const task = await tasks.get(userId, id);
    c.header('Location', `/api/tasks/${id}`);
    if (task.state === 'PROCESSED' && asksForParts(task.requestedOutput))
      return c.redirect(`/api/tasks/${id}/results.zip`, 303);
    if (task.state === 'PROCESSED') return sendResult(c, tasks, userId, id);
    if (task.error) throw new AppError(task.error.code, task.error.message);
    if (isAsync) c.header('Preference-Applied', 'respond-async', { append: true });
    return c.json(taskJson(task, email), 202);
  });
  return router;

  /** A request with an Idempotency-Key ends with its task; a repetition waits for the same task. */
  async function create(c: Context<RouterEnv>, query: Readonly<Record<string, string>>): Promise<number> {
    const keyed = c.get('keyed');
    const form = await readForm(formRequest(c), formBytes, COVER_BYTES);
    const fields = convertFields(keyed?.judged(form) ?? form, query);
    const { task } = await formUploads.receive(principalOf(c).userId, fields, keyed?.creation);
    await keyed?.keep(String(task.id));
    return task.id;
  }
}

function keptId(c: Context<RouterEnv>): number | undefined {
  const kept = c.get('keyed')?.kept;
  return kept === undefined ? undefined : Number(kept);
}

/** The result itself, or the way to it: a function's answer could not hold a large one. */
async function sendResult(
  c: Context<RouterEnv>,
  tasks: Tasks,
  userId: number,
  id: number,
): Promise<Response> {
  const file = await tasks.file(userId, id, 'result');
  const url = await file.storage.signedUrl(file.key, file);
  if (url !== undefined) return c.redirect(url, 303);
  const stream = await file.storage.read(file.key);
  return c.body(Readable.toWeb(stream), 200, {
    'Cache-Control': 'private, no-store',
    'Content-Disposition': contentDisposition(file.name),
    'Content-Length': String(file.size),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Content-Type': file.mimeType,
  });
}
