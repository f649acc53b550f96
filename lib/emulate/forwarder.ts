import { setTimeout } from 'node:timers/promises';
import type { Message, Subscription } from '@google-cloud/pubsub';

/** One push subscription of Pub/Sub: Google's test server for Pub/Sub does not push. */
export interface PushOptions {
  subscription: Subscription;
  /** URL to which each message is posted. */
  url: string;
  headers: Record<string, string>;
  /** Topic for messages that were delivered a hundred times; without it, they are delivered for ever. */
  deadLetter?: string;
  /** Milliseconds between a delivery and the next, by the number of deliveries so far. */
  pause?: (deliveries: number) => number;
}

/** Maximum deliveries, as in the real subscription. */
export const DELIVERIES = 100;

/** Milliseconds until the second delivery, and the longest pause between two: the real ones are ten times as long. */
const [SHORTEST, LONGEST] = [1000, 60_000];
const growing = (deliveries: number) => Math.min(LONGEST, SHORTEST * 2 ** (deliveries - 1));

/**
 * Posts each message, in the form of a push subscription, until the answer is 2xx; pauses grow.
 * @returns function that ends it, and waits for the running requests
 */
export function forward({
  subscription,
  url,
  headers,
  deadLetter,
  pause = growing,
}: PushOptions): () => Promise<void> {
  const deliveries = new Map<string, number>();
  const ending = new AbortController();
  const running = new Set<Promise<void>>();

  const deliver = async (message: Message) => {
    const count = (deliveries.get(message.id) ?? 0) + 1;
    deliveries.set(message.id, count);
    const to = count > DELIVERIES && deadLetter ? deadLetter : url;
    if (await isTaken(message, to)) {
      deliveries.delete(message.id);
      message.ack();
      return;
    }
    await setTimeout(pause(count), undefined, { signal: ending.signal }).catch(() => undefined);
    message.nack();
  };

  const isTaken = async (message: Message, to: string) => {
    try {
      const body = JSON.stringify(pushed(message, subscription.name));
      const given = { ...headers, 'Content-Type': 'application/json' };
      const answer = await fetch(to, { method: 'POST', headers: given, body });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  };

  subscription.on('message', (message: Message) => {
    const delivered = deliver(message).finally(() => running.delete(delivered));
    running.add(delivered);
  });
  subscription.on('error', (error: Error) => process.stderr.write(`${error.message}\n`));
  return async () => {
    ending.abort();
    await Promise.all([subscription.close(), ...running]);
  };
}

/** The body of a push request (cloud.google.com/pubsub/docs/push); data is missing if a message has none. */
function pushed({ id, data, attributes, publishTime }: Message, subscription: string): object {
  const message = {
    ...(data.length > 0 && { data: data.toString('base64') }),
    attributes,
    messageId: id,
    publishTime: publishTime.toISOString(),
  };
  return { message, subscription };
}
