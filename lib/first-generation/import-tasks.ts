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

/** A task as it comes over, but for its owner; and the words for it. */
interface UploadProgress {
  inherited: Omit<ImportedTask, 'userId'>;
  words: string;
}

export async function moveTask(parts: ImportTasksDependencies, task: OldTask, owners: Owners): Promise<Fate> {
  const { tasks, firstGenerationImport, apply, print } = parts;
  const line = (words: string) => print(`task ${task.id} ${JSON.stringify(task.name)}: ${words}`);
  const leave = (why: string): Fate => {
    line(`left, since ${why}`);
    return 'left';
  };
  const owner = owners.get(task.email);
  if (!owner) return leave(`its user ${task.email} is not here`);
  const known = await tasks.find(task.id);
  if (known && (known.userId !== owner.id || known.name !== task.name)) {
    return leave('its id is taken by another task');
  }
  if (known) {
    line('here already');
    return 'known';
  }
  const format = findFormat(task.convertedExt.replace(/^\./, '').toLowerCase());
  if (!format) return leave(`${JSON.stringify(task.convertedExt)} is not a format that can be made`);
  if (!isKey(task)) return leave('its name can be that of no file');
  const { inherited, words } = await arrive(parts, task, format);
  line(words);
  if (apply && owner.id !== undefined)
    await firstGenerationImport.addTask({ ...inherited, userId: owner.id });
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

/** A result that is found is linked before there is a row that names it. */
async function arrive(
  parts: ImportTasksDependencies,
  task: OldTask,
  format: Format,
): Promise<UploadProgress> {
  const { id, name, createdAt } = task;
  const untried = { id, name, originalExt: extension(name), format: format.name, createdAt };
  const without = { ...untried, media: null, result: null };
  const found = await findResult(parts, task, format);
  if (typeof found !== 'string') {
    const result = await link(parts, task, format, found);
    const words = `PROCESSED, ${found.key} becomes its result`;
    return { inherited: { ...untried, state: 'PROCESSED', media: found.original, result }, words };
  }
  if (await parts.originals.stat(originalKey(task))) {
    const words = `UPLOADED, to be converted to ${format.name}: ${found}`;
    return { inherited: { ...without, state: 'UPLOADED' }, words };
  }
  return { inherited: { ...without, state: 'EXPIRED' }, words: 'EXPIRED, since its original is not there' };
}

/** The result, or why there is none. */
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
