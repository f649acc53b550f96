import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import sinon from 'sinon';
import { createPendingDeliveries } from '../../lib/adapters/database/pending-deliveries.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import { createDeliveryStore } from '../../lib/adapters/database/webhook-deliveries.ts';
import { createWebhookStore } from '../../lib/adapters/database/webhooks.ts';
import { createOutbound } from '../../lib/outbound/outbound.ts';
import type { WebhookEvent } from '../../lib/ports/webhooks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { createDeliveries, DELIVERY_OPTIONS, type DeliveryOptions } from '../../lib/webhooks/deliveries.ts';
import { newSecret } from '../../lib/webhooks/signature.ts';

/** Webhooks on a database, and processes that deliver to receivers on this machine. */
export function deliveriesOn(knex: () => Knex) {
  const outbound = createOutbound({ http: true, allowedAddresses: ['127.0.0.1'] });
  const pending = () => createPendingDeliveries(knex());
  const store = () => createDeliveryStore(knex());
  return {
    pending,
    store,
    /** A webhook of a user of its own, unless one is given. */
    async webhook(url: string, events: WebhookEvent[] = ['task.failed'], userId?: number) {
      const person = { name: randomUUID(), email: `${randomUUID()}@example.org`, passwordHash: 'x' };
      const owner = userId ?? (await createUserStore(knex()).create(person)).id;
      const wanted = { userId: owner, url, events, secret: newSecret() };
      const added = await createWebhookStore(knex()).add(wanted, 1000, undefined);
      if (!added) throw new TypeError('the webhook was not added');
      return added;
    },
    find: (userId: number, id: number) => createWebhookStore(knex()).find(userId, id),
    /** A process, which is woken by `wake` in place of NOTIFY. */
    process(options: Partial<DeliveryOptions> = {}) {
      const signals = { listen: async () => sinon.stub().resolves() };
      return createDeliveries({
        pending: pending(),
        signals,
        send: outbound.send,
        clock: { now: () => new Date() },
        log: silentLog,
        options: { ...DELIVERY_OPTIONS, poll: 20, ...options },
      });
    },
  };
}
