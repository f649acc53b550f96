import { z } from 'zod';

/** Events that a webhook can ask for. */
export const WEBHOOK_EVENTS = [
  'task.uploaded',
  'task.processed',
  'task.failed',
  'task.expiring',
  'task.expired',
  'batch.finished',
  'webhook.disabled',
] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Events of one task. */
const TASK_EVENTS = [
  'task.uploaded',
  'task.processed',
  'task.failed',
  'task.expiring',
  'task.expired',
] as const satisfies readonly WebhookEvent[];

/** Events of a batch and its tasks. */
const BATCH_EVENTS = [...TASK_EVENTS, 'batch.finished'] as const satisfies readonly WebhookEvent[];

/** Most characters of an address. */
const MOST_CHARACTERS = 2000;

const URL_TEXT = z.string('expected an address, such as https://example.com/hook').max(MOST_CHARACTERS);

/** Checks a webhook that a user wants; the service judges its address and its secret. */
export const WANTED_WEBHOOK = z.strictObject({
  url: URL_TEXT,
  events: eventsOf(WEBHOOK_EVENTS),
  secret: z.string('expected whsec_ and 24 to 64 bytes in base64').max(200).optional(),
});

/** The same for one task, and for a batch. */
export const TASK_WEBHOOK = WANTED_WEBHOOK.extend({ events: eventsOf(TASK_EVENTS) });
export const BATCH_WEBHOOK = WANTED_WEBHOOK.extend({ events: eventsOf(BATCH_EVENTS) });

function eventsOf<const E extends readonly [WebhookEvent, ...WebhookEvent[]]>(events: E) {
  const expected = `expected some of ${events.join(', ')}`;
  return z
    .array(z.enum(events, expected), expected)
    .min(1, expected)
    .transform((chosen) => [...new Set(chosen)]);
}

/** Event that only its owner causes, to try a webhook. */
export const TEST_EVENT = 'webhook.test';

/**
 * Reasons why the service disabled a webhook: its receiver answered 410; all tries of a delivery failed, and none succeeded
 * meanwhile; too many deliveries wait.
 */
export const DISABLED_REASONS = ['gone', 'failing', 'too_many'] as const;

export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Tasks whose events a webhook gets: all of its user, one, or those of one batch. */
export interface WebhookScope {
  taskId: number | null;
  batchId: number | null;
}

/** An address that receives events. */
export interface Webhook extends WebhookScope {
  id: number;
  userId: number;
  url: string;
  events: readonly WebhookEvent[];
  createdAt: Date;
  changedAt: Date;
  /** Null while it is enabled. */
  disabledAt: Date | null;
  /** Null while it is enabled, and if its owner disabled it. */
  disabledReason: DisabledReason | null;
  /** Time until which the secret before the present one signs as well; null without one. */
  previousSecretUntil: Date | null;
}

export interface NewWebhook {
  userId: number;
  url: string;
  events: readonly WebhookEvent[];
  secret: string;
}

export interface WebhookChange {
  url?: string | undefined;
  events?: readonly WebhookEvent[] | undefined;
  enabled?: boolean | undefined;
}

/** Webhooks of users. Methods return undefined if the user has no such webhook. */
export interface WebhookStore {
  /**
   * Undefined if the user has `most` webhooks for all tasks.
   * @param requestId of a request with an Idempotency-Key: a webhook of an earlier attempt is replaced
   */
  add(webhook: NewWebhook, most: number, requestId: string | undefined): Promise<Webhook | undefined>;
  /** Adds the webhook of a task or a batch; one that it has gets the new secret as a further one. */
  addFor(scope: WebhookScope, webhook: NewWebhook): Promise<Webhook>;
  /** The webhooks of a user for all tasks, by id. */
  list(userId: number): Promise<Webhook[]>;
  find(userId: number, id: number): Promise<Webhook | undefined>;
  change(userId: number, id: number, change: WebhookChange): Promise<Webhook | undefined>;
  /** Sets another secret; the present one signs as well for so many seconds. */
  rotate(userId: number, id: number, secret: string, seconds: number): Promise<Webhook | undefined>;
  remove(userId: number, id: number): Promise<Webhook | undefined>;
}

/** One event for one webhook. It waits for a try, or has ended. */
export interface Delivery {
  id: number;
  webhookId: number;
  /** Id of the message in all of its tries. */
  messageId: string;
  event: WebhookEvent | typeof TEST_EVENT;
  state: 'PENDING' | 'DELIVERED' | 'FAILED';
  /** JSON: the body of each try. */
  body: string;
  /** The `traceparent` of the request that made the task or its revision; null without one. */
  traceparent: string | null;
  createdAt: Date;
  /** Number of finished tries since the event or the last replay. */
  tries: number;
  /** Time of the next try; null if the delivery has ended. */
  dueAt: Date | null;
  endedAt: Date | null;
  /** The last try; null before its end. */
  last: LastTry | null;
}

export interface LastTry extends TryOutcome {
  at: Date;
  url: string;
}

/** Outcome of one try: an answer, or the reason why there is none. */
export interface TryOutcome {
  status: number | null;
  /** The beginning of the answer's body; null without an answer. */
  answer: string | null;
  /** A sentence; null with an answer. */
  error: string | null;
  seconds: number;
}

export interface DeliveryPage {
  /** Maximum number of deliveries. */
  limit: number;
  /** Only deliveries before this one, which are older. */
  before?: number;
}

/** Deliveries as the owner of their webhook sees them. */
export interface DeliveryStore {
  /** A page of deliveries, newest first. */
  list(webhookId: number, page: DeliveryPage): Promise<Delivery[]>;
  /** Adds a delivery of `webhook.test`; undefined if `most` deliveries of the webhook wait. */
  addTest(webhookId: number, most: number): Promise<Delivery | undefined>;
  /** Makes a delivery due again, with all of its tries; undefined if the webhook has no such delivery. */
  replay(webhookId: number, id: number): Promise<Delivery | undefined>;
}

/** A delivery that one process tries. */
export interface ClaimedDelivery {
  id: number;
  /** Counts the claims of the delivery: the outcome of an earlier one changes nothing. */
  claim: number;
  webhookId: number;
  userId: number;
  /** Host and port of the URL. */
  host: string;
  url: string;
  messageId: string;
  body: string;
  traceparent: string | null;
  /** Number of finished tries. */
  tries: number;
  /** The newest first; during a rotation two. */
  secrets: readonly string[];
}

/** Number of running tries by host and by user, which limits what is claimed. */
export interface RunningTries {
  hosts: Readonly<Record<string, number>>;
  users: Readonly<Record<string, number>>;
}

export interface ClaimLimits {
  all: number;
  perHost: number;
  perUser: number;
}

/** Deliveries for those that try them. Each claim ends by `record`, by `handBack`, or after its seconds. */
export interface PendingDeliveries {
  /** Claims due deliveries, those that have waited longest first, beside the running tries and within the limits of both. */
  claim(limits: ClaimLimits, running: RunningTries, seconds: number): Promise<ClaimedDelivery[]>;
  /**
   * Records the outcome of a try. A failure for good disables the webhook by a 410, and also if no other delivery of it
   * succeeded since the event; its other deliveries fail with it, and `webhook.disabled` goes to the user's other webhooks.
   * @param next seconds until the next try; `delivered` and `failed` end the delivery, `gone` the webhook
   */
  record(
    claimed: ClaimedDelivery,
    outcome: TryOutcome,
    next: number | 'delivered' | 'failed' | 'gone',
  ): Promise<DisabledReason | undefined>;
  /** Makes a claimed delivery due at once. */
  handBack(claimed: ClaimedDelivery): Promise<void>;
  /** Whether a delivery is due that an enabled webhook gets. Every login may ask this. */
  isDue(): Promise<boolean>;
  /** Disables webhooks of which more than so many deliveries wait; returns their number. */
  disableFlooded(most: number): Promise<number>;
  /** Removes some deliveries that were due last so many days ago, and webhooks whose task or batch was removed then. */
  removeOld(days: number, limit: number): Promise<number>;
}

/** Has deliveries sent that are due, where no process looks for them. */
export interface DeliveryWakeUps {
  wake(): Promise<void>;
}

/** Tells the processes of this database that deliveries may be due. */
export interface DeliverySignals {
  /** Calls `onSignal` for each signal, and after each new connection, until the returned function is called. */
  listen(onSignal: () => void): Promise<() => Promise<void>>;
}
