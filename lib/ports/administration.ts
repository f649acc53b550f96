import type { TaskState } from './tasks.ts';
import type { LimitOverrides } from './user-limits.ts';

/** A user as administrators see it. */
export interface ManagedUser {
  id: number;
  name: string;
  /** Empty for a guest. */
  email: string;
  createdAt: Date;
  /** Null: not suspended. */
  suspendedAt: Date | null;
  group: { id: number; name: string } | null;
  /** Limits that replace those of the group and of the service. */
  limits: LimitOverrides;
  usage: { tasks: Partial<Record<TaskState, number>>; storedBytes: number };
}

export interface UserPage {
  limit: number;
  /** Only users after this id. */
  after?: number | undefined;
  /** Only users whose name or email contains this text, in upper or lower case. */
  search?: string | undefined;
  groupId?: number | undefined;
}

/** Tasks that wait and run. */
export interface QueueState {
  waiting: number;
  running: number;
  /** Seconds since the creation of the oldest task that waits; null without one. */
  oldestSeconds: number | null;
  /** The users with the most of those tasks. */
  users: { id: number; name: string; waiting: number; running: number }[];
}

/** What administrators see and change. */
export interface AdministrationStore {
  /** A page of users, by id. */
  users(page: UserPage): Promise<ManagedUser[]>;
  find(id: number): Promise<ManagedUser | undefined>;
  /**
   * Suspends a user, which ends all sessions and removes all refresh tokens, or lets the user in again. False if the user
   * does not exist.
   */
  setSuspended(id: number, suspended: boolean): Promise<boolean>;
  /** @param most users in the answer */
  queue(most: number): Promise<QueueState>;
  /** Tasks that failed within these days, by code, the most frequent first. */
  failures(days: number): Promise<{ code: string; count: number }[]>;
}
