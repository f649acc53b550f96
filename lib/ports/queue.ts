import { z } from 'zod';
import { MOST_INTEGER, wholeNumber } from '../runtime/whole-number.ts';

/** A positive number that fits its column: an integer in JSON, a text among the attributes of a Pub/Sub message. */
const POSITIVE_INTEGER = z.union([z.int().min(1).max(MOST_INTEGER), wholeNumber(1, MOST_INTEGER)]);

/** Checks a message that came over a queue. */
export const CONVERSION_MESSAGE = z.object({
  taskId: POSITIVE_INTEGER,
  revision: POSITIVE_INTEGER,
  /** That of the request for the conversion. A wrong one is no reason to refuse a message. */
  traceparent: z.string().optional().catch(undefined),
});

/** Asks for the conversion of a task. The database row is authoritative; messages may be duplicated, delayed or lost. */
export type ConversionMessage = z.output<typeof CONVERSION_MESSAGE>;

/** A message with its place in the queue. */
export interface QueuedMessage extends ConversionMessage {
  /**
   * Lower turns go first: a user's n-th waiting task has the n-th turn after the one that is converted now, so that each
   * user's first task comes before any user's second.
   */
  turn: number;
}

/** Outcome of a message: `done` acknowledges it, `again` redelivers it later. */
export type MessageOutcome = 'done' | 'again';

/** An open database transaction that a queue may join. */
export interface Transaction {
  raw<T>(sql: string, bindings: readonly unknown[]): Promise<{ rows: T[] }>;
}

/** Delivers conversion messages to workers, at least once. */
export interface Queue {
  /** Whether `enqueue` can join a database transaction; if not, callers use it after the commit. */
  readonly transactional: boolean;
  /**
   * Maximum messages in a queue that ignores turns; other tasks wait in the database and follow by their turns. Infinite
   * for a queue that delivers lower turns first.
   */
  readonly maxMessages: number;
  enqueue(messages: readonly QueuedMessage[], within?: Transaction): Promise<void>;
  /**
   * Calls `handler` for each message, at most `concurrency` at once. A handler that throws counts as `again`.
   * @returns a function that stops taking messages and waits for running handlers
   */
  consume(
    handler: (message: ConversionMessage) => Promise<MessageOutcome>,
    concurrency: number,
  ): Promise<() => Promise<void>>;
  /** Throws if messages cannot be enqueued now. */
  check(): Promise<void>;
  close(): Promise<void>;
}
