import { z } from 'zod';
import { MOST_INTEGER, wholeNumber } from '../runtime/whole-number.ts';

/** A positive number that fits its column: an integer in JSON, a text among the attributes of a Pub/Sub message. */
const POSITIVE_INTEGER = z.union([z.int().min(1).max(MOST_INTEGER), wholeNumber(1, MOST_INTEGER)]);

/** Checks a message that came over a queue. */
export const CONVERSION_MESSAGE = z.object({ taskId: POSITIVE_INTEGER, revision: POSITIVE_INTEGER });

/** Asks for the conversion of a task. The database row is authoritative; messages may be duplicated, delayed or lost. */
export type ConversionMessage = z.output<typeof CONVERSION_MESSAGE>;

/** Outcome of a message: `done` acknowledges it, `again` redelivers it later. */
export type MessageOutcome = 'done' | 'again';

/** An open database transaction that a queue may join. */
export interface Transaction {
  raw<T>(sql: string, bindings: readonly unknown[]): Promise<{ rows: T[] }>;
}

/** Delivers conversion messages to workers, at least once and in no order. */
export interface Queue {
  /** Whether `enqueue` can join a database transaction; if not, callers use it after the commit. */
  readonly transactional: boolean;
  enqueue(messages: readonly ConversionMessage[], within?: Transaction): Promise<void>;
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
