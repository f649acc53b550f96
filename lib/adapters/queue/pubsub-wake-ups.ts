import type { PubSub } from '@google-cloud/pubsub';
import type { TransferWakeUps } from '../../ports/transfers.ts';
import type { DeliveryWakeUps } from '../../ports/webhooks.ts';

/** Milliseconds for which publishing is retried, since a request waits; the sweep does what no message announced. */
const PUBLISH = 5000;

/** Is called on first use, since the library takes long to load. */
type Client = () => Promise<PubSub>;

/** Messages without content on a topic of their own, which Pub/Sub pushes to the function that sends deliveries. */
export function createDeliveryWakeUps(client: Client, topic: string): DeliveryWakeUps {
  return {
    wake: () => publish(client, topic, [{}]),
  };
}

/** Messages `{taskId}` on a topic of their own, which Pub/Sub pushes to the function that transfers files. */
export function createTransferWakeUps(client: Client, topic: string): TransferWakeUps {
  return {
    wake(taskIds) {
      const messages = taskIds.map((taskId) => ({ taskId }));
      return publish(client, topic, messages);
    },
  };
}

async function publish(client: Client, topic: string, messages: readonly object[]): Promise<void> {
  const options = { batching: { maxMilliseconds: 5 }, gaxOpts: { timeout: PUBLISH } };
  const to = (await client()).topic(topic, options);
  await Promise.all(messages.map((json) => to.publishMessage({ json })));
}
