/**
 * Checks the existence of many ids at once. One query runs at a time; calls that start meanwhile share the next query,
 * so that a result is never older than its call, and many simultaneous requests cost one query.
 * @param find returns those of the given ids that exist
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
