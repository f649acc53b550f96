import { type Signal, signal } from '@preact/signals';
import { service } from './service.ts';
import type { Task } from './task.ts';

/** Each known task; a change draws only the rows of that task. */
const known = new Map<number, Signal<Task>>();

/** The signal of a known task. */
export function taskOf(id: number): Signal<Task> | undefined {
  return known.get(id);
}

/** A task that the list may not have reached yet. */
export async function findTask(id: number): Promise<Signal<Task>> {
  return known.get(id) ?? remember(await service.tasks.get(id));
}

/** Notes a task as the service shows it now. */
export function remember(task: Task): Signal<Task> {
  const found = known.get(task.id);
  if (found) {
    found.value = task;
    return found;
  }
  const made = signal(task);
  known.set(task.id, made);
  return made;
}

export function forget(id: number): void {
  known.delete(id);
}

export function forgetAll(): void {
  known.clear();
}
