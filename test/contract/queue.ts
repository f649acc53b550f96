import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { Bell, BellOutcome, Queue } from '../../lib/ports/queue.ts';

/** What every Queue must do. `make` answers one that no other process listens to. */
export function describeQueue(name: string, make: () => Promise<Queue>): void {
  describe(`${name} as a Queue`, () => {
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

    const newBell = (): Bell => ({ taskId: randomInt(1, 2 ** 31), revision: 2 });
    const same = (a: Bell, b: Bell) => a.taskId === b.taskId && a.revision === b.revision;

    /** Handles these bells only; whatever else still hangs in the queue is done. */
    async function consume(
      bells: readonly Bell[],
      handler: (bell: Bell) => BellOutcome | Promise<BellOutcome>,
      concurrency = 2,
    ): Promise<void> {
      const mine = async (bell: Bell): Promise<BellOutcome> =>
        bells.some((one) => same(one, bell)) ? handler(bell) : 'done';
      stops.push(await queue.consume(mine, concurrency));
    }

    it('carries bells to who consumes them', async () => {
      const bells = [newBell(), newBell(), newBell()];
      const heard = new Set<number>();
      const all = Promise.withResolvers<void>();
      await consume(bells, ({ taskId }) => {
        heard.add(taskId);
        if (heard.size === bells.length) all.resolve();
        return 'done';
      });
      await queue.ring(bells);
      await all.promise;
    });

    it('keeps a bell until somebody consumes', async () => {
      const bell = newBell();
      const heard = Promise.withResolvers<void>();
      await queue.ring([bell]);
      await consume([bell], () => {
        heard.resolve();
        return 'done';
      });
      await heard.promise;
    });

    it('brings a bell again that was not done, and one whose handler threw', async () => {
      const [refused, broken] = [newBell(), newBell()];
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
      await queue.ring([refused, broken]);
      await both.promise;
    });

    it('hands out no more bells at once than were asked for', async () => {
      const bells = Array.from({ length: 6 }, newBell);
      const heard = new Set<number>();
      const all = Promise.withResolvers<void>();
      let running = 0;
      let most = 0;
      await consume(
        bells,
        async ({ taskId }) => {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running--;
          heard.add(taskId);
          if (heard.size === bells.length) all.resolve();
          return 'done' as const;
        },
        2,
      );
      await queue.ring(bells);
      await all.promise;
      assert.ok(most <= 2, `${most} at once`);
    });

    it('waits for the handlers that run when it is told to stop', async () => {
      const bell = newBell();
      const begun = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      let ended = false;
      await consume([bell], async () => {
        begun.resolve();
        await go.promise;
        ended = true;
        return 'done' as const;
      });
      await queue.ring([bell]);
      await begun.promise;
      const stopped = Promise.all(stops.splice(0).map((stop) => stop()));
      go.resolve();
      await stopped;
      assert.ok(ended);
    });

    it('says that it answers', () => queue.check());
  });
}
