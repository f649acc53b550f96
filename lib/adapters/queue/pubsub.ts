import type { Message, PubSub, Subscription } from '@google-cloud/pubsub';
import { z } from 'zod';
import type { ConversionMessage, MessageOutcome, Queue } from '../../ports/queue.ts';
import type { Log } from '../../runtime/log.ts';

const MESSAGE = z.object({ taskId: z.int(), revision: z.int() });

/** Milliseconds for which publishing is tried, since somebody waits; the sweep enqueues it again for what was not published. */
const PUBLISH = 5000;

export interface PubSubQueueOptions {
  topic: string;
  /** What `consume` pulls from; functions get their messages pushed. */
  subscription: string;
  /** For how long a message is kept from coming again while its handler runs: longer than any may. */
  jobSeconds: number;
  log: Log;
}

/**
 * Pub/Sub knows nothing of the database's transactions, so a message is published after the commit and may be lost
 * before; the sweep enqueues it again. At least once, in no order; what is not acknowledged comes again with back-off.
 * @param client made when it is first needed, since it takes long to load
 */
export function createPubSubQueue(
  client: () => Promise<PubSub>,
  { topic, subscription, jobSeconds, log }: PubSubQueueOptions,
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
    async enqueue(messages) {
      const to = await publisher();
      await Promise.all(
        messages.map(({ taskId, revision }) => to.publishMessage({ json: { taskId, revision } })),
      );
    },
    async consume(handler, concurrency) {
      const { Duration } = await import('@google-cloud/pubsub');
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
  subscription.on('error', (error: Error) => log.warn('The queue has trouble', { error }));
  return async () => {
    await Promise.all([subscription.close(), ...running]);
  };
}

/** What is no message can never be handled, so it is taken off the queue. */
async function handle(
  message: Message,
  handler: (message: ConversionMessage) => Promise<MessageOutcome>,
  log: Log,
): Promise<void> {
  const decoded = read(message);
  if (!decoded) {
    log.warn('A message that is no message came', { messageId: message.id });
    message.ack();
    return;
  }
  try {
    if ((await handler(decoded)) === 'done') message.ack();
    else message.nack();
  } catch (error) {
    log.warn('A message was not answered; it comes again', { ...decoded, error });
    message.nack();
  }
}

function read({ data }: Message): ConversionMessage | undefined {
  try {
    return MESSAGE.parse(JSON.parse(data.toString()));
  } catch {
    return undefined;
  }
}
