import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import { wholeNumber } from '../../runtime/whole-number.ts';
import type { Webhooks } from '../../webhooks/webhooks.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import { createRouter, type Router } from '../router.ts';
import { WEBHOOK_ID } from '../schemas/parameters.ts';
import { json, LINK, problems, SECURITY } from '../schemas/responses.ts';
import { DELIVERY, deliveryJson } from '../schemas/webhook.ts';

export interface DeliveryRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  webhooks: Pick<Webhooks, 'test' | 'deliveries' | 'replay'>;
}

const PAGE = z.object({
  max: wholeNumber(1, 100).default(20).openapi({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    description: 'Maximum number of deliveries on a page.',
  }),
  after: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional().openapi({
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Only deliveries after this id in the order, which are older.',
  }),
});

const DELIVERY_ID = WEBHOOK_ID.extend({
  deliveryId: wholeNumber(1, Number.MAX_SAFE_INTEGER, 'expected a delivery id').openapi({
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    param: { name: 'deliveryId', in: 'path' },
    example: 7,
  }),
});

const list = createRoute({
  method: 'get',
  path: '/api/webhooks/{id}/deliveries',
  operationId: 'listWebhookDeliveries',
  summary: 'The deliveries of a webhook, newest first',
  description: 'They are kept for a week.',
  security: SECURITY,
  request: { params: WEBHOOK_ID, query: PAGE },
  responses: {
    200: { ...json(z.array(DELIVERY), 'One page.'), headers: LINK },
    ...problems(400, 401, 403, 404),
  },
});

const replay = createRoute({
  method: 'post',
  path: '/api/webhooks/{id}/deliveries/{deliveryId}/replay',
  operationId: 'replayWebhookDelivery',
  summary: 'Deliver a message again',
  description: 'The message has the same `webhook-id` and body, and all of its tries again.',
  security: SECURITY,
  request: { params: DELIVERY_ID },
  responses: { 200: json(DELIVERY, 'The delivery, which is due.'), ...problems(400, 401, 403, 404, 409) },
});

const test = createRoute({
  method: 'post',
  path: '/api/webhooks/{id}/test',
  operationId: 'testWebhook',
  summary: 'Send the event `webhook.test`',
  security: SECURITY,
  request: { params: WEBHOOK_ID },
  responses: { 200: json(DELIVERY, 'The delivery, which is due.'), ...problems(400, 401, 403, 404, 409) },
});

export function deliveryRoutes({ auth, webhooks }: DeliveryRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/webhooks/:id/deliveries', bearer(auth));
  router.use('/api/webhooks/:id/deliveries/:deliveryId/replay', bearer(auth));
  router.use('/api/webhooks/:id/test', bearer(auth));

  router.openapi(list, async (c) => {
    const { id } = c.req.valid('param');
    const { max, after } = c.req.valid('query');
    const page = { limit: max + 1, ...(after !== undefined && { before: after }) };
    const found = await webhooks.deliveries(principalOf(c).userId, id, page);
    const shown = found.slice(0, max);
    const last = shown.at(-1);
    if (found.length > max && last) {
      const query = new URLSearchParams({ max: String(max), after: String(last.id) });
      c.header('Link', `</api/webhooks/${id}/deliveries?${query}>; rel="next"`);
    }
    return c.json(shown.map(deliveryJson), 200);
  });
  router.openapi(replay, async (c) => {
    const { id, deliveryId } = c.req.valid('param');
    const delivery = await webhooks.replay(principalOf(c).userId, id, deliveryId);
    return c.json(deliveryJson(delivery), 200);
  });
  router.openapi(test, async (c) => {
    const delivery = await webhooks.test(principalOf(c).userId, c.req.valid('param').id);
    return c.json(deliveryJson(delivery), 200);
  });
  return router;
}
