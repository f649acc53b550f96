import type { RetentionStore } from '../ports/retention.ts';
import type { Storage } from '../ports/storage.ts';
import type { Task } from '../ports/tasks.ts';
import type { Log } from '../runtime/log.ts';
import { originalKey } from '../tasks/object-keys.ts';
import { keysAmongResults } from '../tasks/tasks.ts';

/** Tasks in one statement, and statements of each kind in one sweep; the next sweep goes on. */
const STEP = { rows: 500, files: 20 };
const STEPS = 10;

export interface OldFilesDependencies {
  retention: RetentionStore;
  originals: Searched;
  results: Searched;
  /** Days for which files are kept; 0: until their owner removes them. */
  retentionDays: number;
  log: Log;
}

/** The part of a storage that the removal needs. */
type Searched = Pick<Storage, 'check' | 'stat' | 'remove'>;

/** Numbers of warned owners' tasks, of tasks whose files are removed, and of those files and their bytes. */
export interface OldFilesReport {
  warnedTasks: number;
  expiredTasks: number;
  removedFiles: number;
  removedBytes: number;
}

/**
 * Removes files whose time has passed: a task gets a time when it has ended, its owner is warned, and after that the row
 * becomes EXPIRED before its files are removed. A crash between the two leaves objects that the search for strays removes.
 * Removes nothing while a storage is unreachable.
 */
export async function removeOldFiles(parts: OldFilesDependencies): Promise<OldFilesReport> {
  const { retention, retentionDays, originals, results } = parts;
  const report = { warnedTasks: 0, expiredTasks: 0, removedFiles: 0, removedBytes: 0 };
  if (retentionDays === 0) {
    await inSteps(() => retention.clear(STEP.rows), STEP.rows);
    return report;
  }
  await inSteps(() => retention.assign(STEP.rows), STEP.rows);
  report.warnedTasks = await inSteps(() => retention.tell(STEP.rows), STEP.rows);
  await Promise.all([originals.check(), results.check()]);
  report.expiredTasks = await inSteps(async () => {
    const tasks = await retention.expire(STEP.files);
    for (const task of tasks) await removeFiles(parts, task, report);
    return tasks.length;
  }, STEP.files);
  return report;
}

/** Repeats a step until it changes less than it may, and returns the number of changes. */
async function inSteps(step: () => Promise<number>, most: number): Promise<number> {
  let all = 0;
  for (let steps = 0; steps < STEPS; steps++) {
    const changed = await step();
    all += changed;
    if (changed < most) break;
  }
  return all;
}

async function removeFiles(
  { originals, results, log }: OldFilesDependencies,
  task: Task,
  report: OldFilesReport,
): Promise<void> {
  try {
    await removeFile(originals, originalKey(task), report);
    for (const key of keysAmongResults(task)) await removeFile(results, key, report);
  } catch (error) {
    log.warn('A file whose time has passed could not be removed; the search for strays does it', {
      taskId: task.id,
      error,
    });
  }
}

async function removeFile(storage: Searched, key: string, report: OldFilesReport): Promise<void> {
  const object = await storage.stat(key);
  if (!object) return;
  await storage.remove(key);
  report.removedFiles += 1;
  report.removedBytes += object.size;
}
