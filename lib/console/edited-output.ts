import type { Signal } from '@preact/signals';
import type { CoverChange } from './cover.ts';
import type { Task } from './task.ts';
import type { Wanted } from './wanted.ts';

/** The next output of a task while somebody edits it. */
export interface EditedOutput {
  task: Task;
  next: Signal<Wanted>;
  cover: Signal<CoverChange>;
}
