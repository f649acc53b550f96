import { type Api, answerOf, type Body, byId, type Call, options, type Schemas } from './api.ts';
import { orGone } from './errors.ts';

export type Webhook = Schemas['Webhook'];

/** A message of a webhook, and how its last try ended. */
export type Delivery = Schemas['WebhookDelivery'];

export interface DeliveryQuery {
  /** Maximum number of deliveries. */
  max?: number;
  /** Only deliveries after this id in the order, which are older. */
  after?: number;
}

/** Webhooks of the user. */
export interface Webhooks {
  list(call?: Call): Promise<Webhook[]>;
  get(id: number, call?: Call): Promise<Webhook>;
  /** Makes a webhook; only this answer has its secret. */
  create(webhook: Body<'createWebhook'>, call?: Call): Promise<Schemas['WebhookWithSecret']>;
  /** Changes the address or the events, disables or enables. */
  change(id: number, change: Body<'changeWebhook'>, call?: Call): Promise<Webhook>;
  /** Gives a webhook another secret; for a day, messages are signed by both. */
  rotate(id: number, call?: Call): Promise<Schemas['WebhookWithSecret']>;
  /** Removes a webhook; one that does not exist any more counts as removed. */
  remove(id: number, call?: Call): Promise<void>;
  /** Sends the event `webhook.test`. */
  test(id: number, call?: Call): Promise<Delivery>;
  /** A page of deliveries, newest first. */
  deliveries(id: number, query?: DeliveryQuery, call?: Call): Promise<Delivery[]>;
  /** Sends the message of a delivery again. */
  replay(id: number, deliveryId: number, call?: Call): Promise<Delivery>;
}

export function createWebhooks(api: Api): Webhooks {
  const path = '/api/webhooks/{id}';
  return {
    list: (call) => answerOf(api.GET('/api/webhooks', options(call))),
    get: (id, call) => answerOf(api.GET(path, byId(id, call))),
    create: (body, call) => answerOf(api.POST('/api/webhooks', { body, ...options(call) })),
    change: (id, body, call) => answerOf(api.PATCH(path, { body, ...byId(id, call) })),
    rotate: (id, call) => answerOf(api.POST(`${path}/secret`, { body: {}, ...byId(id, call) })),
    remove: (id, call) => orGone(answerOf(api.DELETE(path, byId(id, call)))),
    test: (id, call) => answerOf(api.POST(`${path}/test`, byId(id, call))),
    deliveries: (id, query = {}, call) =>
      answerOf(api.GET(`${path}/deliveries`, { params: { path: { id }, query }, ...options(call) })),
    replay: (id, deliveryId, call) =>
      answerOf(
        api.POST(`${path}/deliveries/{deliveryId}/replay`, {
          params: { path: { id, deliveryId } },
          ...options(call),
        }),
      ),
  };
}
