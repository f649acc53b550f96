import { z } from '@hono/zod-openapi';
import {
  BATCH_WEBHOOK,
  type Delivery,
  DISABLED_REASONS,
  TASK_WEBHOOK,
  TEST_EVENT,
  WANTED_WEBHOOK,
  WEBHOOK_EVENTS,
  type Webhook,
} from '../../ports/webhooks.ts';
import type { WebhookWithSecret } from '../../webhooks/webhooks.ts';
import { orNull } from './responses.ts';

const EVENT = z.enum(WEBHOOK_EVENTS);

export const WEBHOOK_EXAMPLE = {
  url: 'https://example.com/hook',
  events: ['task.processed', 'task.failed'],
} satisfies z.input<typeof WANTED_WEBHOOK>;

/** Webhooks in requests: the shapes of the port, as the document names them. */
export const NEW_WEBHOOK = z.strictObject(WANTED_WEBHOOK.shape).openapi('NewWebhook');
export const NEW_TASK_WEBHOOK = z.strictObject(TASK_WEBHOOK.shape).openapi('NewTaskWebhook');
export const NEW_BATCH_WEBHOOK = z.strictObject(BATCH_WEBHOOK.shape).openapi('NewBatchWebhook');

export const CHANGED_WEBHOOK = z
  .strictObject({
    url: WANTED_WEBHOOK.shape.url.optional(),
    events: WANTED_WEBHOOK.shape.events.optional(),
    enabled: z.boolean('expected true or false').optional(),
  })
  .openapi('ChangedWebhook');

export const NEW_SECRET = z.strictObject({ secret: WANTED_WEBHOOK.shape.secret }).openapi('NewWebhookSecret');

export const WEBHOOK = z
  .object({
    id: z.int(),
    url: z.string(),
    events: z.array(EVENT),
    enabled: z.boolean(),
    taskId: z.int().nullable().openapi({ description: 'The only task whose events it gets.' }),
    batchId: z.int().nullable().openapi({ description: 'The only batch whose events it gets.' }),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
    disabledAt: z.iso.datetime().nullable(),
    disabledReason: orNull(z.enum(DISABLED_REASONS)).openapi({
      description:
        '`gone`: the receiver answered 410. `failing`: all tries of a delivery failed. `too_many`: too many deliveries waited. Null if its owner disabled it.',
    }),
    previousSecretUntil: z.iso.datetime().nullable().openapi({
      description: 'Until then the secret before the present one signs as well.',
    }),
  })
  .openapi('Webhook');

export const WEBHOOK_WITH_SECRET = WEBHOOK.extend({
  secret: z.string().openapi({ description: 'Signs the messages. No later answer shows it again.' }),
}).openapi('WebhookWithSecret');

export function webhookJson(webhook: Webhook): z.input<typeof WEBHOOK> {
  const { id, url, events, taskId, batchId, createdAt, changedAt } = webhook;
  return {
    ...{ id, url, events: [...events], enabled: webhook.disabledAt === null, taskId, batchId },
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
    disabledAt: webhook.disabledAt?.toISOString() ?? null,
    disabledReason: webhook.disabledReason,
    previousSecretUntil: webhook.previousSecretUntil?.toISOString() ?? null,
  };
}

/** A webhook in the answer that shows its secret. */
export function withSecretJson({ webhook, secret }: WebhookWithSecret): z.input<typeof WEBHOOK_WITH_SECRET> {
  return { ...webhookJson(webhook), secret };
}

const ANSWER = z
  .object({
    status: z.int(),
    body: z.string().openapi({ description: 'The first 1024 bytes.' }),
  })
  .openapi('WebhookAnswer');

export const DELIVERY = z
  .object({
    id: z.int().openapi({ maximum: Number.MAX_SAFE_INTEGER }),
    event: z.enum([...WEBHOOK_EVENTS, TEST_EVENT]),
    state: z.enum(['PENDING', 'DELIVERED', 'FAILED']),
    createdAt: z.iso.datetime(),
    tries: z.int().openapi({ description: 'Since the event, or since the last replay.' }),
    nextTryAt: z.iso.datetime().nullable().openapi({ description: 'Null if it has ended.' }),
    endedAt: z.iso.datetime().nullable(),
    request: z.object({
      url: z.string().nullable().openapi({ description: 'Of the last try; null before it.' }),
      headers: z.record(z.string(), z.string()).openapi({
        description: 'Those that are the same in every try: not the time and the signature.',
      }),
      body: z.string(),
    }),
    triedAt: z.iso.datetime().nullable(),
    seconds: z.number().nullable().openapi({ description: 'Duration of the last try.' }),
    answer: orNull(ANSWER).openapi({ description: 'Of the last try; null without an answer.' }),
    error: z
      .string()
      .nullable()
      .openapi({ description: 'Why the last try has no answer, or the delivery ended.' }),
  })
  .openapi('WebhookDelivery');

export function deliveryJson(delivery: Delivery): z.input<typeof DELIVERY> {
  const { id, event, state, tries, body, messageId, traceparent, last } = delivery;
  const headers = { 'Content-Type': 'application/json', 'webhook-id': messageId };
  return {
    ...{ id, event, state, tries },
    createdAt: delivery.createdAt.toISOString(),
    nextTryAt: delivery.dueAt?.toISOString() ?? null,
    endedAt: delivery.endedAt?.toISOString() ?? null,
    request: {
      url: last?.url ?? null,
      headers: traceparent === null ? headers : { ...headers, traceparent },
      body,
    },
    triedAt: last?.at.toISOString() ?? null,
    seconds: last?.seconds ?? null,
    answer: answerOf(last),
    error: last?.error ?? null,
  };
}

function answerOf(last: Delivery['last']): z.input<typeof ANSWER> | null {
  if (last === null || last.status === null) return null;
  return { status: last.status, body: last.answer ?? '' };
}
