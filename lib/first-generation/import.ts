import type { FirstGeneration } from '../ports/first-generation.ts';
import { type MoveInTaskParts, moveTask } from './import-tasks.ts';
import { createUserMove, type Fate } from './import-users.ts';

/** How many rows came to which end, or would. */
export type MoveInCounts = Record<Fate, number>;

export interface MoveInParts extends MoveInTaskParts {
  from: FirstGeneration;
}

/**
 * Copies users and tasks of the first generation: ids kept, passwords hashed, originals left where they are. A task is
 * PROCESSED only with a sound result, which gets a second name among the results; all others are converted again.
 * Repeatable: what came over before is not touched.
 */
export async function moveIn(parts: MoveInParts): Promise<{ users: MoveInCounts; tasks: MoveInCounts }> {
  const { from, inheritance, apply } = parts;
  const users = { copied: 0, known: 0, left: 0 };
  const tasks = { copied: 0, known: 0, left: 0 };
  const { move, owners } = createUserMove(parts);
  for await (const user of from.users()) users[await move(user)] += 1;
  for await (const task of from.tasks()) tasks[await moveTask(parts, task, owners)] += 1;
  if (apply) await inheritance.moveSequence();
  return { users, tasks };
}
