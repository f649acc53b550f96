import { type Lazy, lazy } from '../runtime/lazy.ts';
import { createDeliveries, type Deliveries } from '../webhooks/deliveries.ts';
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.ts';
import type { Foundation } from './foundation.ts';

/** Webhooks for their owners, and the tries to deliver to them. */
export interface WebhookServices {
  webhooks: Lazy<Webhooks>;
  deliveries: Lazy<Deliveries>;
  /** Has deliveries sent that are due, for functions: no process of theirs looks for them. Throws nothing: the sweep sends the others. */
  wakeDeliveries: () => Promise<void>;
}

export function openWebhooks({ log, surroundings, stores, outbound }: Foundation): WebhookServices {
  const { clock, deliveries: options } = surroundings;
  return {
    webhooks: lazy(async () => {
      const { webhooks: store, deliveries } = await stores();
      return createWebhooks({ store, deliveries, outbound });
    }),
    deliveries: lazy(async () => {
      const { pendingDeliveries: pending, deliverySignals: signals } = await stores();
      return createDeliveries({ pending, signals, send: outbound.send, clock, log, options });
    }),
    async wakeDeliveries() {
      try {
        const { pendingDeliveries: pending, deliveryWakeUps } = await stores();
        if (deliveryWakeUps && (await pending.isDue())) await deliveryWakeUps.wake();
      } catch (error) {
        log.warn('Deliveries were not woken; the sweep sends them', { error });
      }
    },
  };
}
