/** Answers by what was asked, good until a time or for good; the oldest goes where there are too many. */
export interface Memory<T> {
  /** Undefined where it was never kept, had to go, or is good no more. */
  get(key: string, now?: number): T | undefined;
  keep(key: string, value: T, until?: number): void;
}

/** @param most how many answers are kept */
export function createMemory<T>(most: number): Memory<T> {
  const kept = new Map<string, { value: T; until: number }>();
  return {
    get(key, now = 0) {
      const found = kept.get(key);
      return found && now < found.until ? found.value : undefined;
    },
    keep(key, value, until = Number.POSITIVE_INFINITY) {
      kept.delete(key);
      kept.set(key, { value, until });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
  };
}
