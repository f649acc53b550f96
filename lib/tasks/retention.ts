import type { RetentionStore } from '../ports/retention.ts';
import { isFinal, type Task, type TaskStore } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import { noSuchTask, withoutOriginal } from './tasks.ts';

const DAY = 86_400_000;

/** Times at which files are removed, as owners move them. */
export interface Retention {
  /**
   * Keeps the files of a task until a later time; changes nothing in a service that keeps them anyway. Throws `not_found`; `invalid_request` for a time that is earlier than the
   * present one or beyond the limit; `not_ready`, `not_uploaded` and `files_removed` for a
   * task whose files have no time yet, or are gone.
   */
  keep(userId: number, id: number, until: Date): Promise<Task>;
}

export interface RetentionDependencies {
  tasks: Pick<TaskStore, 'find'>;
  store: Pick<RetentionStore, 'keep'>;
  /** Days for which files are kept at most, after the creation of their task. */
  maxDays: number;
  /** Whether this service removes files. */
  isOn: boolean;
}

export function createRetention({ tasks, store, maxDays, isOn }: RetentionDependencies): Retention {
  return {
    async keep(userId, id, until) {
      for (let tries = 0; tries < 5; tries++) {
        const task = await tasks.find(id, userId);
        if (!task) throw noSuchTask();
        const time = checked(task, until);
        const kept = time ? await store.keep(task, time) : task;
        if (kept) return kept;
      }
      throw new AppError('not_ready', 'The task is being changed by others. Try again.');
    },
  };

  /** The time, if the task can be kept until then; undefined if its files are kept anyway. */
  function checked(task: Task, until: Date): Date | undefined {
    const { state, expiresAt } = task;
    if (!isOn && state !== 'EXPIRED') return undefined;
    if (state === 'AWAITING_UPLOAD' || state === 'EXPIRED') throw withoutOriginal(task);
    if (!expiresAt || !isFinal(state)) {
      const sentence =
        'The time for which files are kept begins with the end of the conversion. Ask again then.';
      throw new AppError('not_ready', sentence);
    }
    const limit = new Date(task.createdAt.getTime() + maxDays * DAY);
    if (until >= expiresAt && (until <= limit || until.getTime() === expiresAt.getTime())) return until;
    throw refused(`a time from ${expiresAt.toISOString()} to ${limit.toISOString()}`);
  }
}

function refused(expected: string): AppError {
  return new AppError('invalid_request', `The files cannot be kept until then. Expected ${expected}.`, {
    details: [{ path: 'expiresAt', message: `expected ${expected}` }],
  });
}
