import type { DebianPostgres } from './debian-postgres.ts';

export interface ChaosOptions {
  postgres: DebianPostgres;
  /** Tasks that must be answered with 200, at least; more are made until every fault was injected. */
  tasks: number;
  /** Rounds of all faults, at least. */
  rounds: number;
  /** Milliseconds between two faults. */
  every: number;
  /** Seconds of sound in each original. */
  seconds: number;
  /** Milliseconds for which a worker stands still, and for which the share is full, read-only or away. */
  still: number;
  away: number;
  /** Whether minutes that leases and pauses take pass at once, when the last task is made. */
  hastened: boolean;
  /** Called with a sentence at each step. */
  onStep?: (sentence: string) => void;
}

export interface ChaosReport {
  /** How often each fault was injected. */
  injected: Record<string, number>;
  /** Faults that this user can't inject here. */
  skipped: string[];
  /** Processes that ended by themselves because of a fault, and were started again as systemd does. */
  ended: number;
  accepted: number;
  processed: number;
  /** Tasks that FAILED, by code. */
  failed: Record<string, number>;
  /** Accepted tasks that are neither PROCESSED nor FAILED with a code. */
  lost: number[];
  /** Accepted tasks that became PROCESSED more than once. */
  doubled: number[];
  /** Accepted tasks of whose end no webhook told. */
  untold: number[];
  /** Originals that are not the bytes that were sent, and results that do not sound as one that nothing disturbed. */
  wrong: string[];
  /** Processes that still run after the end of all. */
  processes: string[];
  /** Files of no task, files that are missing, and files left in private folders; leases that still run. */
  orphans: string[];
  missing: string[];
  leftovers: string[];
  leases: number;
  seconds: number;
}
