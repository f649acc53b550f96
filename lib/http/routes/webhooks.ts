import { createRoute, z } from '@hono/zod-openapi';
import { insufficientScope } from '../../accounts/api-keys.ts';
import type { Auth } from '../../accounts/sessions.ts';
import type { Webhooks } from '../../webhooks/webhooks.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import type { Idempotency } from '../idempotency.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { WEBHOOK_ID } from '../schemas/parameters.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';
import {
  CHANGED_WEBHOOK,
  NEW_SECRET,
  NEW_WEBHOOK,
  WEBHOOK,
  WEBHOOK_EXAMPLE,
  WEBHOOK_WITH_SECRET,
  webhookJson,
  withSecretJson,
} from '../schemas/webhook.ts';
import { IDEMPOTENCY_KEY, REPLAYED } from './keyed-requests.ts';

export interface WebhookRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  idempotency: Pick<Idempotency, 'json'>;
  webhooks: Webhooks;
}

const create = createRoute({
  method: 'post',
  path: '/api/webhooks',
  operationId: 'createWebhook',
  summary: 'Make a webhook for all of your tasks',
  description: 'An API key needs `tasks:read` and `tasks:write`.',
  security: SECURITY,
  request: { headers: IDEMPOTENCY_KEY, body: body(NEW_WEBHOOK, WEBHOOK_EXAMPLE) },
  responses: {
    200: { ...json(WEBHOOK_WITH_SECRET, 'The webhook, with its secret.'), headers: REPLAYED },
    ...problems(400, 401, 403, 409, 413, 415, 422),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/webhooks',
  operationId: 'listWebhooks',
  summary: 'Your webhooks for all tasks',
  security: SECURITY,
  responses: { 200: json(z.array(WEBHOOK), 'The webhooks, at most 20.'), ...problems(401, 403) },
});

const get = createRoute({
  method: 'get',
  path: '/api/webhooks/{id}',
  operationId: 'getWebhook',
  summary: 'A webhook',
  security: SECURITY,
  request: { params: WEBHOOK_ID },
  responses: { 200: json(WEBHOOK, 'The webhook.'), ...problems(400, 401, 403, 404) },
});

const change = createRoute({
  method: 'patch',
  path: '/api/webhooks/{id}',
  operationId: 'changeWebhook',
  summary: 'Change the address or the events of a webhook, disable or enable it',
  security: SECURITY,
  middleware: jsonBody(),
  request: { params: WEBHOOK_ID, body: body(CHANGED_WEBHOOK, { enabled: false }) },
  responses: { 200: json(WEBHOOK, 'The webhook.'), ...problems(400, 401, 403, 404, 413, 415, 422) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/webhooks/{id}',
  operationId: 'removeWebhook',
  summary: 'Remove a webhook and its deliveries',
  security: SECURITY,
  request: { params: WEBHOOK_ID },
  responses: { 200: json(WEBHOOK, 'The removed webhook.'), ...problems(400, 401, 403, 404) },
});

const rotate = createRoute({
  method: 'post',
  path: '/api/webhooks/{id}/secret',
  operationId: 'rotateWebhookSecret',
  summary: 'Give a webhook another secret',
  description: 'For 24 hours, messages are signed by both the new secret and the one before.',
  security: SECURITY,
  request: { params: WEBHOOK_ID, headers: IDEMPOTENCY_KEY, body: body(NEW_SECRET, {}) },
  responses: {
    200: { ...json(WEBHOOK_WITH_SECRET, 'The webhook, with the new secret.'), headers: REPLAYED },
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export function webhookRoutes({ auth, idempotency, webhooks }: WebhookRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/webhooks', bearer(auth));
  router.use('/api/webhooks/:id', bearer(auth));
  router.use('/api/webhooks/:id/secret', bearer(auth));

  router.openapi({ ...create, middleware: [...jsonBody(), idempotency.json] }, async (c) => {
    const { userId, scopes } = principalOf(c);
    // Its messages tell what only a key with that scope may read.
    if (!scopes.includes('tasks:read')) throw insufficientScope(['tasks:read']);
    const made = await webhooks.create(userId, c.req.valid('json'), c.get('keyed')?.creation);
    return c.json(withSecretJson(made), 200, NOT_STORED);
  });
  router.openapi(list, async (c) => {
    const found = await webhooks.list(principalOf(c).userId);
    return c.json(found.map(webhookJson), 200);
  });
  router.openapi(get, async (c) => {
    const found = await webhooks.get(principalOf(c).userId, c.req.valid('param').id);
    return c.json(webhookJson(found), 200);
  });
  router.openapi(change, async (c) => {
    const { id } = c.req.valid('param');
    const changed = await webhooks.change(principalOf(c).userId, id, c.req.valid('json'));
    return c.json(webhookJson(changed), 200);
  });
  router.openapi(remove, async (c) => {
    const removed = await webhooks.remove(principalOf(c).userId, c.req.valid('param').id);
    return c.json(webhookJson(removed), 200);
  });
  router.openapi({ ...rotate, middleware: [...jsonBody(), idempotency.json] }, async (c) => {
    const { id } = c.req.valid('param');
    const rotated = await webhooks.rotate(principalOf(c).userId, id, c.req.valid('json').secret);
    return c.json(withSecretJson(rotated), 200, NOT_STORED);
  });
  return router;
}

const NOT_STORED = { 'Cache-Control': 'no-store' };
