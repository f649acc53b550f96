import type { FirstGeneration } from '../ports/first-generation.ts';
import { type ImportTasksDependencies, importTask } from './import-tasks.ts';
import { createUserImport, type Fate } from './import-users.ts';

/** Numbers of rows by outcome; in a dry run, by expected outcome. */
export type ImportCounts = Record<Fate, number>;

export interface ImportDependencies extends ImportTasksDependencies {
  from: FirstGeneration;
}

/**
 * Imports users and tasks of the first generation. Tasks keep their ids, passwords are hashed, originals stay in place. A
 * task becomes PROCESSED only with a valid result, which is linked under the results root; all other tasks are converted
 * again. A second run leaves rows of the first run unchanged.
 */
export async function importFirstGeneration(
  parts: ImportDependencies,
): Promise<{ users: ImportCounts; tasks: ImportCounts }> {
  const { from, firstGenerationImport, apply } = parts;
  const users = { copied: 0, known: 0, left: 0 };
  const tasks = { copied: 0, known: 0, left: 0 };
  const { importUser, owners } = createUserImport(parts);
  for await (const user of from.users()) users[await importUser(user)] += 1;
  for await (const task of from.tasks()) tasks[await importTask(parts, task, owners)] += 1;
  if (apply) await firstGenerationImport.moveSequence();
  return { users, tasks };
}
