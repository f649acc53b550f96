/** Says that a task wants converting. The row is the truth, this is only a bell: it may ring twice, late, or never. */
export interface Bell {
  taskId: number;
  revision: number;
}

/** What came of a bell: `done` is acknowledged, `again` must come back later. */
export type BellOutcome = 'done' | 'again';

/** An open transaction of the database that a queue may share, as far as a queue needs to know it. */
export interface Transaction {
  raw<T>(sql: string, bindings: readonly unknown[]): Promise<{ rows: T[] }>;
}

/** Carries bells from who changes a row to who converts. At least once, in no order. */
export interface Queue {
  /** Whether `ring` can take part in a database transaction; if not, it is called after the commit. */
  readonly transactional: boolean;
  ring(bells: readonly Bell[], within?: Transaction): Promise<void>;
  /**
   * Calls `handler` for each bell, at most `concurrency` at once. A handler that throws counts as `again`.
   * @returns stops taking bells, and waits for the handlers that run
   */
  consume(handler: (bell: Bell) => Promise<BellOutcome>, concurrency: number): Promise<() => Promise<void>>;
  /** Throws when bells can't be rung now. */
  check(): Promise<void>;
  close(): Promise<void>;
}
