import type { components } from '../client/index.ts';

/** A task as the API shows it. */
export type Task = components['schemas']['Task'];

export type TaskState = Task['state'];

export type Result = NonNullable<Task['result']>;

export type Media = components['schemas']['Media'];

/** A file of a task that somebody can listen to. */
export type Part = 'original' | 'result';

/** The files that a task has. */
export function partsOf({ result }: Task): readonly Part[] {
  return result ? ['original', 'result'] : ['original'];
}

/** Seconds of the original at which a file of a task begins. */
export function offsetOf({ options }: Task, part: Part): number {
  return part === 'result' ? (options.start ?? 0) : 0;
}

/** Seconds of a file of a task. */
export function durationOf({ media, result }: Task, part: Part): number {
  return (part === 'result' ? result?.media.duration : media?.duration) ?? 0;
}

/** Seconds of the timeline: those of the original, or of the result where the original's are unknown. */
export function totalOf(task: Task): number {
  return durationOf(task, 'original') || durationOf(task, 'result') + offsetOf(task, 'result');
}
