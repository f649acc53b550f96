import { type Format, findFormat } from '../audio/formats/formats.ts';
import type { ImportedTask, OldTask } from '../ports/first-generation.ts';
import type { Adoption } from '../ports/storage.ts';
import type { ConversionResult, TaskStore } from '../ports/tasks.ts';
import { hasCode } from '../runtime/errors.ts';
import { extension, originalKey, resultKey } from '../tasks/object-keys.ts';
import { type ExistingResultDependencies, findOldResult, type OldResult } from './existing-results.ts';
import type { Fate, ImportUsersDependencies, Owners } from './import-users.ts';

export interface ImportTasksDependencies extends ImportUsersDependencies, ExistingResultDependencies {
  tasks: TaskStore;
  adoption: Adoption;
}

/** A task to import, without its owner, and the words for the report. */
interface TaskImport {
  imported: Omit<ImportedTask, 'userId'>;
  words: string;
}

/** Imports one task, and prints one line with its outcome. */
export async function importTask(
  parts: ImportTasksDependencies,
  task: OldTask,
  owners: Owners,
): Promise<Fate> {
  const { tasks, firstGenerationImport, apply, print } = parts;
  const line = (words: string) => print(`task ${task.id} ${JSON.stringify(task.name)}: ${words}`);
  const leave = (why: string): Fate => {
    line(`left, since ${why}`);
    return 'left';
  };
  const owner = owners.get(task.email);
  if (!owner) return leave(`its user ${task.email} was not imported`);
  const known = await tasks.find(task.id);
  if (known && (known.userId !== owner.id || known.name !== task.name)) {
    return leave('another task has its id');
  }
  if (known) {
    line('here already');
    return 'known';
  }
  const format = findFormat(task.convertedExt.replace(/^\./, '').toLowerCase());
  if (!format) return leave(`${JSON.stringify(task.convertedExt)} is not an available format`);
  if (!isKey(task)) return leave('its name is not a valid file name');
  const { imported, words } = await prepare(parts, task, format);
  line(words);
  if (apply && owner.id !== undefined) await firstGenerationImport.addTask({ ...imported, userId: owner.id });
  return 'copied';
}

function isKey(task: OldTask): boolean {
  try {
    return originalKey(task) !== '';
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Decides the state of a task. An existing result is linked before its row exists. */
async function prepare(parts: ImportTasksDependencies, task: OldTask, format: Format): Promise<TaskImport> {
  const { id, name, createdAt } = task;
  const untried = { id, name, originalExt: extension(name), format: format.name, createdAt };
  const without = { ...untried, media: null, result: null };
  const found = await findResult(parts, task, format);
  if (typeof found !== 'string') {
    const result = await link(parts, task, format, found);
    const words = `PROCESSED, ${found.key} becomes its result`;
    return { imported: { ...untried, state: 'PROCESSED', media: found.original, result }, words };
  }
  if (await parts.originals.stat(originalKey(task))) {
    const words = `UPLOADED, to be converted to ${format.name}: ${found}`;
    return { imported: { ...without, state: 'UPLOADED' }, words };
  }
  return { imported: { ...without, state: 'EXPIRED' }, words: 'EXPIRED, since its original does not exist' };
}

/** Finds the existing result, or the reason for its absence. */
async function findResult(
  parts: ImportTasksDependencies,
  task: OldTask,
  format: Format,
): Promise<OldResult | string> {
  if (task.state !== 'PROCESSED') return 'It was not processed.';
  try {
    return await findOldResult(parts, task, format);
  } catch (error) {
    if (hasCode(error, 'not_ready')) return error.message;
    throw error;
  }
}

async function link(
  { originals, adoption, apply }: ImportTasksDependencies,
  task: OldTask,
  format: Format,
  { key: made, media }: OldResult,
): Promise<ConversionResult> {
  const key = resultKey({ ...task, revision: 1 }, format.extension);
  const size = apply ? await adoption.adopt(made, key) : ((await originals.stat(made))?.size ?? 0);
  return { key, size, media, warnings: [], adaptations: [] };
}
