/** Says that a task wants converting. The row is the truth, this is only a message: it may enqueue twice, late, or never. */
export interface ConversionMessage {
  taskId: number;
  revision: number;
}

/** What came of a message: `done` is acknowledged, `again` must come back later. */
export type MessageOutcome = 'done' | 'again';

/** An open transaction of the database that a queue may share, as far as a queue needs to know it. */
export interface Transaction {
  raw<T>(sql: string, bindings: readonly unknown[]): Promise<{ rows: T[] }>;
}

/** Carries messages from who changes a row to who converts. At least once, in no order. */
export interface Queue {
  /** Whether `enqueue` can take part in a database transaction; if not, it is called after the commit. */
  readonly transactional: boolean;
  enqueue(messages: readonly ConversionMessage[], within?: Transaction): Promise<void>;
  /**
   * Calls `handler` for each message, at most `concurrency` at once. A handler that throws counts as `again`.
   * @returns stops taking messages, and waits for the handlers that run
   */
  consume(
    handler: (message: ConversionMessage) => Promise<MessageOutcome>,
    concurrency: number,
  ): Promise<() => Promise<void>>;
  /** Throws when messages can't be enqueued now. */
  check(): Promise<void>;
  close(): Promise<void>;
}
