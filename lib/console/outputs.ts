import { signal } from '@preact/signals';
import { formats } from './formats.ts';
import type { Task } from './task.ts';
import type { Wanted } from './wanted.ts';

/** Outputs that each of the next files gets in addition to the first one. */
export const further = signal<readonly Wanted[]>([]);

/** The outputs that were requested of a task. */
export function requestedOf({ outputs, convertedExt, options }: Task): readonly Wanted[] {
  return (
    outputs?.map(({ name, ...output }) => ({ ...output, ...(name !== null && { name }) })) ?? [
      { format: convertedExt, options },
    ]
  );
}

/** Formats of outputs for people. */
export function formatsText(outputs: readonly Pick<Wanted, 'format'>[]): string {
  return outputs.map(({ format }) => format.toUpperCase()).join(' + ');
}

/** An output in a format that none of the others has, as far as there is one. */
export function anotherOutput(present: readonly Wanted[]): Wanted {
  const names = formats.value?.formats.map(({ name }) => name) ?? [];
  const free = names.find((name) => present.every(({ format }) => format !== name));
  return { format: free ?? present[0]?.format ?? 'mp3', options: {} };
}
