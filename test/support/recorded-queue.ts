import type { ConversionMessage, QueuedMessage } from '../../lib/ports/queue.ts';

/** A queue that only notes what enqueues, anew for each test; call it where `describe` is called. */
export function recordedMessages({
  transactional,
  maxMessages = Number.POSITIVE_INFINITY,
}: {
  transactional: boolean;
  maxMessages?: number;
}) {
  const enqueued: ConversionMessage[] = [];
  beforeEach(() => {
    enqueued.length = 0;
  });
  const enqueue = async (added: readonly QueuedMessage[]) => {
    enqueued.push(...added.map(({ taskId, revision }) => ({ taskId, revision })));
  };
  return { messages: { transactional, maxMessages, enqueue }, enqueued };
}
