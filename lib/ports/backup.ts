import type { Readable } from 'node:stream';
import type { Task } from './tasks.ts';

/** A table with the columns that are stored; generated ones are not. */
export interface DumpedTable {
  name: string;
  columns: readonly string[];
}

/** A database as it was at one time, whatever changes meanwhile. */
export interface DatabaseSnapshot {
  /** Names of the migrations that were done, in their order. */
  readonly migrations: readonly string[];
  /** Every task, in the order of the ids. */
  tasks(): AsyncIterable<Task>;
  /** Tables in an order in which each stands behind those that it refers to. */
  tables(): Promise<DumpedTable[]>;
  /** Rows of a table in PostgreSQL's text format of COPY, without those of some tasks. */
  rows(table: DumpedTable, without: ReadonlySet<number>): Readable;
  /** Last value of each sequence that has one. */
  sequences(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** What is left to do once all rows are there. */
export interface LoadEnd {
  sequences: Readonly<Record<string, number>>;
  /** Tasks whose result is missing: they are converted again. */
  again: readonly number[];
}

/** Rows that come into an empty database: all of them or, unless `finish` returns, none. */
export interface DatabaseLoad {
  /** Whether there are no users and no tasks. */
  isEmpty(): Promise<boolean>;
  /** Id of the only user, if that is a guest. */
  onlyGuest(): Promise<number | undefined>;
  /**
   * Brings an empty database to the schema of a backup. Throws `not_empty` if there are users or tasks, and
   * `invalid_backup` for migrations that this release does not know.
   */
  begin(migrations: readonly string[]): Promise<void>;
  /** Adds rows. Throws `invalid_backup` for a table, a column or rows that the schema does not have. */
  copy(table: DumpedTable, rows: Readable): Promise<void>;
  /** Has waiting and running tasks converted again, and brings the schema up to this release. */
  finish(end: LoadEnd): Promise<void>;
  /** Leaves an empty database of this release. */
  abort(): Promise<void>;
  close(): Promise<void>;
}
