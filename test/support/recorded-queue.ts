import type { ConversionMessage } from '../../lib/ports/queue.ts';

/** A queue that only notes what enqueues, anew for each test; call it where `describe` is called. */
export function recordedMessages({ transactional }: { transactional: boolean }) {
  const enqueued: ConversionMessage[] = [];
  beforeEach(() => {
    enqueued.length = 0;
  });
  const enqueue = async (added: readonly ConversionMessage[]) => {
    enqueued.push(...added);
  };
  return { messages: { transactional, enqueue }, enqueued };
}
