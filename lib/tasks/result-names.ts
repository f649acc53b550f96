import { findFormat } from '../audio/formats/formats.ts';
import { objectKey } from '../ports/object-key.ts';
import type { NamedOutput, Task } from '../ports/tasks.ts';
import { createUniqueNames } from './archive-names.ts';
import { stem } from './object-keys.ts';

/** A result that a task is about to have, or has. */
export interface NamedResult extends NamedOutput {
  /** File name, with its extension; no other result of the task has it, whatever its case. */
  name: string;
  /** Key under the results root. */
  key: string;
}

/** Results of the present revision in the order of the outputs. Names and keys depend only on the requested outputs. */
export function namedResults(
  task: Pick<Task, 'id' | 'name' | 'revision' | 'requestedOutput'>,
): NamedResult[] {
  const { requestedOutput } = task;
  const { format, options, outputs = [{ format, options, name: null }] } = requestedOutput;
  const unique = createUniqueNames();
  return outputs.map((output) => {
    const extension = findFormat(output.format)?.extension ?? output.format;
    const name = unique(`${output.name ?? stem(task.name)}.${extension}`);
    return { ...output, name, key: objectKey(task.id, task.revision, name) };
  });
}
