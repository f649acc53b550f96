import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { ConversionMessage, MessageOutcome, Queue, QueuedMessage } from '../../lib/ports/queue.ts';

/** What every Queue must do. `make` answers one that no other process listens to. */
export function describeQueue(name: string, make: () => Promise<Queue>): void {
  describe(`${name} as a queue`, () => {
    let queue: Queue;
    let stops: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      queue = await make();
    });

    afterEach(async () => {
      await Promise.all(stops.map((stop) => stop()));
      stops = [];
      await queue.close();
    });

    const newMessage = (turn = 1): QueuedMessage => ({ taskId: randomInt(1, 2 ** 31), revision: 2, turn });
    const same = (a: ConversionMessage, b: ConversionMessage) =>
      a.taskId === b.taskId && a.revision === b.revision;

    /** Handles these messages only; whatever else still hangs in the queue is done. */
    async function consume(
      messages: readonly ConversionMessage[],
      handler: (message: ConversionMessage) => MessageOutcome | Promise<MessageOutcome>,
      concurrency = 2,
    ): Promise<void> {
      const mine = async (message: ConversionMessage): Promise<MessageOutcome> =>
        messages.some((one) => same(one, message)) ? handler(message) : 'done';
      stops.push(await queue.consume(mine, concurrency));
    }

    it('delivers messages to their consumer', async () => {
      const messages = [newMessage(), newMessage(), newMessage()];
      const heard = new Set<number>();
      const all = Promise.withResolvers<void>();
      await consume(messages, ({ taskId }) => {
        heard.add(taskId);
        if (heard.size === messages.length) all.resolve();
        return 'done';
      });
      await queue.enqueue(messages);
      await all.promise;
    });

    it('delivers the trace of a message with it, and none where it has none', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const [traced, alone] = [{ ...newMessage(), traceparent }, newMessage()];
      const heard = new Map<number, string | undefined>();
      const all = Promise.withResolvers<void>();
      await consume([traced, alone], (message) => {
        heard.set(message.taskId, message.traceparent);
        if (heard.size === 2) all.resolve();
        return 'done';
      });
      await queue.enqueue([traced, alone]);
      await all.promise;
      assert.equal(heard.get(traced.taskId), traceparent);
      assert.equal(heard.get(alone.taskId), undefined);
    });

    it('keeps a message until a consumer starts', async () => {
      const message = newMessage();
      const heard = Promise.withResolvers<void>();
      await queue.enqueue([message]);
      await consume([message], () => {
        heard.resolve();
        return 'done';
      });
      await heard.promise;
    });

    it('delivers a message again that was not done, and one whose handler threw', async () => {
      const [refused, broken] = [newMessage(), newMessage()];
      const again = new Set<number>();
      const both = Promise.withResolvers<void>();
      const heard = new Set<number>();
      await consume([refused, broken], ({ taskId }) => {
        if (heard.has(taskId)) {
          again.add(taskId);
          if (again.size === 2) both.resolve();
          return 'done';
        }
        heard.add(taskId);
        if (taskId === broken.taskId) throw new Error('the handler broke');
        return 'again';
      });
      await queue.enqueue([refused, broken]);
      await both.promise;
    });

    it('hands out no more messages at once than were asked for', async () => {
      const messages = Array.from({ length: 6 }, () => newMessage());
      const heard = new Set<number>();
      const all = Promise.withResolvers<void>();
      let running = 0;
      let most = 0;
      await consume(
        messages,
        async ({ taskId }) => {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running--;
          heard.add(taskId);
          if (heard.size === messages.length) all.resolve();
          return 'done' as const;
        },
        2,
      );
      await queue.enqueue(messages);
      await all.promise;
      assert.ok(most <= 2, `${most} at once`);
    });

    it('waits for the handlers that run when it is told to stop', async () => {
      const message = newMessage();
      const begun = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      let ended = false;
      await consume([message], async () => {
        begun.resolve();
        await go.promise;
        ended = true;
        return 'done' as const;
      });
      await queue.enqueue([message]);
      await begun.promise;
      const stopped = Promise.all(stops.splice(0).map((stop) => stop()));
      go.resolve();
      await stopped;
      assert.ok(ended);
    });

    it('passes its own check', () => queue.check());
  });
}
