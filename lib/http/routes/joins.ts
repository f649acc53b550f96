import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import { MOST_INTEGER } from '../../runtime/whole-number.ts';
import { LONGEST_CROSSFADE, MOST_JOINED } from '../../tasks/join-list.ts';
import type { Joins } from '../../uploads/joins.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import type { Idempotency } from '../idempotency.ts';
import { createRouter, jsonBody, type Router, validated } from '../router.ts';
import { BATCH_ID, NAME } from '../schemas/parameters.ts';
import { REQUESTED_OUTPUT } from '../schemas/requested-output.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';
import { TASK, taskJson } from '../schemas/task.ts';
import { NEW_TASK_WEBHOOK, WEBHOOK_WITH_SECRET, withSecretJson } from '../schemas/webhook.ts';
import { IDEMPOTENCY_KEY, REPLAYED } from './keyed-requests.ts';

export interface JoinRouteDependencies {
  auth: Auth;
  idempotency: Pick<Idempotency, 'json'>;
  joins: Joins;
}

const IDS = `expected 1 to ${MOST_JOINED} ids of tasks of this batch`;
const CROSSFADE = `expected 0 to ${LONGEST_CROSSFADE} s`;

const NEW_JOIN = REQUESTED_OUTPUT.extend({
  name: NAME.optional().openapi({
    description: 'Names the file and the whole. Default: the name of the batch.',
  }),
  tasks: z
    .array(z.int(IDS).min(1, IDS).max(MOST_INTEGER, IDS), IDS)
    .min(1, IDS)
    .max(MOST_JOINED, IDS)
    .optional()
    .openapi({
      description: 'Tracks in their order. Default: all tasks of the batch, in theirs.',
    }),
  crossfade: z.number(CROSSFADE).min(0, CROSSFADE).max(LONGEST_CROSSFADE, CROSSFADE).default(0).openapi({
    description: 'Seconds by which neighbours overlap.',
  }),
  webhook: NEW_TASK_WEBHOOK.optional(),
}).openapi('NewJoin');

const CREATED = z
  .object({ message: z.string(), task: TASK, webhook: WEBHOOK_WITH_SECRET.optional() })
  .openapi('CreatedJoin');

const CREATE = createRoute({
  method: 'post',
  path: '/api/batches/{id}/join',
  operationId: 'joinBatch',
  summary: 'Join the originals of a batch to one file',
  description:
    'Creates a task whose tracks are the originals of the batch: gapless, with a chapter for each and the tags that they share.',
  security: SECURITY,
  request: { params: BATCH_ID, headers: IDEMPOTENCY_KEY, body: body(NEW_JOIN, { newFormat: 'm4b' }) },
  responses: {
    200: { ...json(CREATED, 'The task of the join.'), headers: REPLAYED },
    ...problems(400, 401, 403, 404, 409, 413, 415, 422, 507),
  },
});

export function joinRoutes({ auth, idempotency, joins }: JoinRouteDependencies): Router {
  const router = createRouter();
  router.openAPIRegistry.registerPath(CREATE);
  router.post('/api/batches/:id/join', bearer(auth));
  const asJson = [...jsonBody('application/json'), idempotency.json];
  router.on('POST', ['/api/batches/:id/join'], ...asJson, async (c) => {
    const { userId, email } = principalOf(c);
    const { id } = validated(BATCH_ID, c.req.param());
    const { name, tasks, crossfade, ...output } = validated(NEW_JOIN, await c.req.json());
    const fields = new Map(Object.entries(output).map(([field, value]) => [field, fieldText(value)]));
    const request = { name, tasks, crossfade, fields };
    const received = await joins.create({ id, userId }, request, c.get('keyed')?.creation);
    const webhook = received.webhook && { webhook: withSecretJson(received.webhook) };
    return c.json({ message: 'The join is created.', task: taskJson(received.task, email), ...webhook }, 200);
  });
  return router;
}

/** A member of the request as a field of a form. */
function fieldText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
