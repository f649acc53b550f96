/**
 * Asks for many ids at once which of them are there. One query runs at a time; who comes meanwhile shares the next one,
 * so that the answer is never older than the question, and many requests at once cost one query.
 * @param find the ids that are there, of those given
 */
export function createPresence(
  find: (ids: ReadonlySet<number>) => PromiseLike<readonly number[]>,
): (id: number) => Promise<boolean> {
  let running: Promise<unknown> | undefined;
  let waiting: { ids: Set<number>; found: Promise<ReadonlySet<number>> } | undefined;

  const ask = async (ids: ReadonlySet<number>, before: Promise<unknown> | undefined) => {
    await before?.catch(() => undefined);
    waiting = undefined;
    return new Set(await find(ids));
  };

  return async (id) => {
    if (!waiting) {
      const ids = new Set<number>();
      const found = ask(ids, running);
      waiting = { ids, found };
      running = found;
    }
    waiting.ids.add(id);
    return (await waiting.found).has(id);
  };
}
