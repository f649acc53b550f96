import type { PubSub } from '@google-cloud/pubsub';
import type { DeliveryWakeUps } from '../../ports/webhooks.ts';

/** Milliseconds for which publishing is retried, since a request waits; the sweep sends what no message announced. */
const PUBLISH = 5000;

/**
 * Messages without content on a topic of their own, which Pub/Sub pushes to the function that sends deliveries.
 * @param client is called on first use, since the library takes long to load
 */
export function createPubSubWakeUps(client: () => Promise<PubSub>, topic: string): DeliveryWakeUps {
  return {
    async wake() {
      const options = { batching: { maxMilliseconds: 5 }, gaxOpts: { timeout: PUBLISH } };
      await (await client()).topic(topic, options).publishMessage({ json: {} });
    },
  };
}
