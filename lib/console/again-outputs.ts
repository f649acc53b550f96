import { EDITED } from './edited-output.ts';
import type { Options } from './options.ts';
import { requestedOf } from './outputs.ts';
import type { Task } from './task.ts';
import { inFormat, type Wanted } from './wanted.ts';

/** Options that a person changes for the whole file: its tags, and the part that is drawn on the waveform. */
const OF_FILE = [...EDITED, 'start', 'end', 'fadeIn', 'fadeOut'] as const;

/**
 * The outputs of the next conversion of a task. A change of the first one that is about the file goes to the others as well,
 * if they had the same before: a preview keeps its own part of the sound.
 */
export function againOutputs(
  task: Task,
  first: Wanted,
  more: readonly Wanted[] = requestedOf(task).slice(1),
): Wanted[] {
  return [first, ...more.map((output) => followed(output, task.options, first.options))];
}

function followed(output: Wanted, before: Options, after: Options): Wanted {
  const { format, options } = output;
  const changed = OF_FILE.filter(
    (name) => !isSame(before[name], after[name]) && isSame(options[name], before[name]),
  );
  const kept = Object.entries(options).filter(([name]) => !changed.some((each) => each === name));
  const taken = changed.flatMap((name) => (after[name] === undefined ? [] : [[name, after[name]] as const]));
  return inFormat({ ...output, options: Object.fromEntries([...kept, ...taken]) }, format);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
