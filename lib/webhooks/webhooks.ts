import type { Outbound } from '../outbound/outbound.ts';
import type { Creation } from '../ports/idempotency.ts';
import type {
  Delivery,
  DeliveryPage,
  DeliveryStore,
  Webhook,
  WebhookChange,
  WebhookEvent,
  WebhookScope,
  WebhookStore,
} from '../ports/webhooks.ts';
import { AppError } from '../runtime/errors.ts';
import { isSecret, newSecret } from './signature.ts';

/** Maximum number of webhooks of one user for all tasks. */
const MOST_WEBHOOKS = 20;

/** Deliveries of one webhook that may wait when its owner asks for a test. */
const MOST_WAITING = 1000;

/** Seconds for which the secret before a rotation signs as well. */
const ROTATION = 86_400;

export interface WantedWebhook {
  url: string;
  events: readonly WebhookEvent[];
  /** Undefined: the service makes one. */
  secret?: string | undefined;
}

/** A webhook with its secret, which no later answer has. */
export interface WebhookWithSecret {
  webhook: Webhook;
  secret: string;
}

/** Webhooks of users. All that take an id throw `not_found`, also for a webhook of another user. */
export interface Webhooks {
  /** Throws `url_refused` for an address that the service may not call, and `invalid_request` for a secret that is none. */
  check(wanted: Partial<WantedWebhook>): Promise<void>;
  /**
   * Makes a webhook for all tasks of a user. Throws as `check` does, and `invalid_request` for too many.
   * @param creation of a request that may come again: the webhook of an earlier attempt without an answer is replaced
   */
  create(userId: number, wanted: WantedWebhook, creation?: Creation): Promise<WebhookWithSecret>;
  /** Makes the webhook of one task or batch, before anything happens to it. Throws as `check` does. */
  createFor(userId: number, scope: Partial<WebhookScope>, wanted: WantedWebhook): Promise<WebhookWithSecret>;
  list(userId: number): Promise<Webhook[]>;
  get(userId: number, id: number): Promise<Webhook>;
  change(userId: number, id: number, change: WebhookChange): Promise<Webhook>;
  /** Sets another secret; for a day, the present one signs as well. */
  rotate(userId: number, id: number, secret?: string): Promise<WebhookWithSecret>;
  remove(userId: number, id: number): Promise<Webhook>;
  /** Enqueues a delivery of `webhook.test`. Throws `not_ready` for a webhook that is disabled, or has too many deliveries. */
  test(userId: number, id: number): Promise<Delivery>;
  deliveries(userId: number, id: number, page: DeliveryPage): Promise<Delivery[]>;
  /** Enqueues a delivery again. Throws `not_ready` for a webhook that is disabled. */
  replay(userId: number, id: number, deliveryId: number): Promise<Delivery>;
}

export interface WebhooksDependencies {
  store: WebhookStore;
  deliveries: DeliveryStore;
  outbound: Pick<Outbound, 'check'>;
}

export function createWebhooks({ store, deliveries, outbound }: WebhooksDependencies): Webhooks {
  const check: Webhooks['check'] = async ({ url, secret }) => {
    if (url !== undefined) outbound.check(url);
    if (secret !== undefined && !isSecret(secret))
      throw refused('secret', 'expected whsec_ and 24 to 64 bytes in base64');
  };
  const get = async (userId: number, id: number) => found(await store.find(userId, id));
  const enabled = async (userId: number, id: number) => {
    if ((await get(userId, id)).disabledAt)
      throw new AppError('not_ready', 'The webhook is disabled. Enable it first.');
  };

  return {
    check,
    async create(userId, { url, events, secret = newSecret() }, creation) {
      await check({ url, secret });
      const webhook = await store.add({ userId, url, events, secret }, MOST_WEBHOOKS, creation?.id);
      if (!webhook) throw refused('url', `expected at most ${MOST_WEBHOOKS} webhooks; remove one first`);
      return { webhook, secret };
    },
    async createFor(userId, { taskId = null, batchId = null }, { url, events, secret = newSecret() }) {
      await check({ url, secret });
      const webhook = await store.addFor({ taskId, batchId }, { userId, url, events, secret });
      return { webhook, secret };
    },
    list: (userId) => store.list(userId),
    get,
    async change(userId, id, change) {
      if (change.url !== undefined) await check({ url: change.url });
      return found(await store.change(userId, id, change));
    },
    async rotate(userId, id, secret = newSecret()) {
      await check({ secret });
      return { webhook: found(await store.rotate(userId, id, secret, ROTATION)), secret };
    },
    remove: async (userId, id) => found(await store.remove(userId, id)),
    async test(userId, id) {
      await enabled(userId, id);
      const delivery = await deliveries.addTest(id, MOST_WAITING);
      if (!delivery)
        throw new AppError('not_ready', 'Too many deliveries of this webhook wait. Try again later.');
      return delivery;
    },
    async deliveries(userId, id, page) {
      await get(userId, id);
      return deliveries.list(id, page);
    },
    async replay(userId, id, deliveryId) {
      await enabled(userId, id);
      const delivery = await deliveries.replay(id, deliveryId);
      if (!delivery) throw new AppError('not_found', 'This delivery does not exist.');
      return delivery;
    },
  };
}

function found(webhook: Webhook | undefined): Webhook {
  if (!webhook) throw new AppError('not_found', 'This webhook does not exist.');
  return webhook;
}

function refused(path: string, message: string): AppError {
  const details = [{ path, message }];
  return new AppError('invalid_request', `The request is not valid. ${path}: ${message}.`, { details });
}
