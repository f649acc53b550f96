import type { Message, PubSub, Subscription } from '@google-cloud/pubsub';
import {
  CONVERSION_MESSAGE,
  type ConversionMessage,
  type MessageOutcome,
  type Queue,
} from '../../ports/queue.ts';
import type { Log } from '../../runtime/log.ts';

/** Milliseconds for which publishing is retried, since a request waits; the sweep enqueues lost messages again. */
const PUBLISH = 5000;

export interface PubSubQueueOptions {
  topic: string;
  /** Maximum messages at once, since Pub/Sub delivers in no order; the number of conversions of all workers together. */
  maxMessages: number;
  /** Subscription for `consume`, which pulls; functions receive pushed messages instead. */
  subscription: string;
  /** Seconds for which a running handler delays redelivery of its message; longer than any handler may run. */
  jobSeconds: number;
  log: Log;
}

/**
 * A queue on Pub/Sub, which cannot join database transactions: messages are published after the commit. A crash in between
 * loses a message, and the sweep enqueues it again. Delivery is at least once, in no order; unacknowledged ones are delivered
 * again with back-off.
 * @param client is called on first use, since the library takes long to load
 */
export function createPubSubQueue(
  client: () => Promise<PubSub>,
  { topic, maxMessages, subscription, jobSeconds, log }: PubSubQueueOptions,
): Queue {
  let made: Promise<PubSub> | undefined;
  const pubsub = () => {
    made ??= client();
    return made;
  };
  const publisher = async () =>
    (await pubsub()).topic(topic, { batching: { maxMilliseconds: 5 }, gaxOpts: { timeout: PUBLISH } });

  return {
    transactional: false,
    maxMessages,
    async enqueue(messages) {
      const to = await publisher();
      await Promise.all(
        messages.map(({ taskId, revision, traceparent }) => {
          const attributes = traceparent === undefined ? {} : { traceparent };
          return to.publishMessage({ json: { taskId, revision }, attributes });
        }),
      );
    },
    async consume(handler, concurrency) {
      const { Duration } = await import('./pubsub-client.ts');
      const pulled = (await pubsub()).subscription(subscription, {
        flowControl: { maxMessages: concurrency, allowExcessMessages: false },
        maxExtensionTime: Duration.from({ seconds: jobSeconds }),
      });
      return pull(pulled, handler, log);
    },
    async check() {
      await (await publisher()).getMetadata();
    },
    async close() {
      await (await made)?.close();
    },
  };
}

function pull(
  subscription: Subscription,
  handler: (message: ConversionMessage) => Promise<MessageOutcome>,
  log: Log,
): () => Promise<void> {
  const running = new Set<Promise<void>>();
  subscription.on('message', (message: Message) => {
    const handled = handle(message, handler, log).finally(() => running.delete(handled));
    running.add(handled);
  });
  subscription.on('error', (error: Error) => log.warn('Queue error', { error }));
  return async () => {
    await Promise.all([subscription.close(), ...running]);
  };
}

/** Acknowledges invalid messages as well: redelivery cannot make them valid. */
async function handle(
  message: Message,
  handler: (message: ConversionMessage) => Promise<MessageOutcome>,
  log: Log,
): Promise<void> {
  const decoded = read(message);
  if (!decoded) {
    log.warn('Invalid message acknowledged', { messageId: message.id });
    message.ack();
    return;
  }
  try {
    if ((await handler(decoded)) === 'done') message.ack();
    else message.nack();
  } catch (error) {
    log.warn('Message handler failed; the message is delivered again', { ...decoded, error });
    message.nack();
  }
}

function read({ data, attributes }: Message): ConversionMessage | undefined {
  try {
    const { traceparent } = attributes;
    return { ...CONVERSION_MESSAGE.parse(JSON.parse(data.toString())), traceparent };
  } catch {
    return undefined;
  }
}
