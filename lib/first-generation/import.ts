import type { FirstGeneration } from '../ports/first-generation.ts';
import { type ImportTasksDependencies, moveTask } from './import-tasks.ts';
import { createUserMove, type Fate } from './import-users.ts';

/** How many rows came to which end, or would. */
export type ImportCounts = Record<Fate, number>;

export interface ImportDependencies extends ImportTasksDependencies {
  from: FirstGeneration;
}

/**
 * Copies users and tasks of the first generation: ids kept, passwords hashed, originals left where they are. A task is
 * PROCESSED only with a sound result, which gets a second name among the results; all others are converted again.
 * Repeatable: what came over before is not touched.
 */
export async function importFirstGeneration(
  parts: ImportDependencies,
): Promise<{ users: ImportCounts; tasks: ImportCounts }> {
  const { from, firstGenerationImport, apply } = parts;
  const users = { copied: 0, known: 0, left: 0 };
  const tasks = { copied: 0, known: 0, left: 0 };
  const { move, owners } = createUserMove(parts);
  for await (const user of from.users()) users[await move(user)] += 1;
  for await (const task of from.tasks()) tasks[await moveTask(parts, task, owners)] += 1;
  if (apply) await firstGenerationImport.moveSequence();
  return { users, tasks };
}
