import { findFormat } from '../audio/formats/formats.ts';
import { MOST_PARTS } from '../audio/formats/split-option.ts';
import { objectKey } from '../ports/object-key.ts';
import type { Storage } from '../ports/storage.ts';
import type { RequestedOutput, Task } from '../ports/tasks.ts';

type Split = Pick<Task, 'id' | 'revision' | 'requestedOutput'>;

/** Whether the results of a task are parts, whose number only an attempt finds out. */
export function asksForParts({ options }: RequestedOutput): boolean {
  return options.split !== undefined;
}

/** Key of a part under the results root. @param number from 1 */
export function partKey({ id, revision, requestedOutput: { format } }: Split, number: number): string {
  const extension = findFormat(format)?.extension ?? format;
  return objectKey(id, revision, `part-${String(number).padStart(3, '0')}.${extension}`);
}

/** Removes the parts of a revision of which no row may tell yet. They are stored in their order, so that the first gap is their end. */
export async function removeParts(results: Pick<Storage, 'stat' | 'remove'>, task: Split): Promise<void> {
  if (!asksForParts(task.requestedOutput)) return;
  for (let number = 1; number <= MOST_PARTS; number++) {
    const key = partKey(task, number);
    if (!(await results.stat(key))) return;
    await results.remove(key);
  }
}
