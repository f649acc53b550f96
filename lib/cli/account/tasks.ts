import { createWriteStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Download, Task } from '../../client/index.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { publishFile } from '../files/partial-files.ts';
import { safePart } from '../files/safe-names.ts';
import { openService } from '../service/service.ts';
import { usageError } from '../terminal/command-error.ts';
import { print, printError, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';

export interface ListOptions {
  state?: Task['state'];
  max: number;
  json?: boolean;
}

/** Prints the newest tasks. */
export async function listTasks({ state, max, json }: ListOptions): Promise<void> {
  const { client } = await openService();
  const tasks: Task[] = [];
  const query = { order: '1' as const, ...(state && { state }), max: Math.min(max, 100) };
  for await (const task of client.tasks.all(query, { signal: stopSignal })) {
    if (tasks.length === max) break;
    if (json) printJson(task);
    tasks.push(task);
  }
  if (json) return;
  if (tasks.length === 0) return printError('There are no tasks.');
  printTable([['ID', 'STATE', 'FORMAT', 'NAME', 'CREATED', 'KEPT UNTIL', ''], ...tasks.map(rowOf)]);
}

function rowOf({ id, state, convertedExt, name, timestamp, expiresAt, progress, error }: Task) {
  const note = state === 'PROCESSING' ? `${Math.round(progress * 100)} %` : (error?.message ?? '');
  return [id, state, convertedExt, name, timestamp, expiresAt ?? '', note];
}

export interface GetOptions {
  out: string;
  original?: boolean;
  force?: boolean;
}

/** Waits for tasks, and saves all their results, or their originals. */
export async function getTasks(ids: readonly string[], options: GetOptions): Promise<void> {
  const numbers = ids.map(idOf);
  const { client } = await openService({ patient: true });
  const call = { signal: stopSignal };
  for (const id of numbers) {
    const task = options.original ? await client.tasks.get(id, call) : await client.tasks.settled(id, call);
    for (const file of options.original ? ['original' as const] : resultsOf(task))
      await save(await client.tasks.download(task, file, call), options);
  }
}

/** Results of a task; a task without one has the service say so. */
function resultsOf({ resultCount }: Task): ('result' | number)[] {
  return resultCount > 1 ? Array.from({ length: resultCount }, (_, index) => index + 1) : ['result'];
}

async function save(download: Download, { out, force }: GetOptions): Promise<void> {
  const target = join(out, safePart(download.name));
  if (!force && (await exists(target)))
    throw usageError(`${escaped(target)} is there already. Name another folder by --out, or give --force.`);
  await publishFile(target, async (folder) => {
    const partial = join(folder, 'file');
    const signal = { signal: stopSignal };
    await pipeline(Readable.fromWeb(download.stream()), createWriteStream(partial), signal);
    return partial;
  });
  print(escaped(target));
}

/** Removes tasks with their files. */
export async function removeTasks(ids: readonly string[]): Promise<void> {
  const numbers = ids.map(idOf);
  const { client } = await openService();
  for (const id of numbers) await client.tasks.remove(id, { signal: stopSignal });
  print(`${numbers.length} ${numbers.length === 1 ? 'task is' : 'tasks are'} removed.`);
}

/** Keeps files of tasks longer. */
export async function keepTasks(ids: readonly string[], { until }: { until: string }): Promise<void> {
  const numbers = ids.map(idOf);
  const time = new Date(until);
  if (Number.isNaN(time.getTime()))
    throw usageError('--until: expected a day such as 2027-03-01, or a time.');
  const { client } = await openService();
  for (const id of numbers) {
    const { expiresAt } = await client.tasks.keep(id, time, { signal: stopSignal });
    print(`${id} is kept until ${expiresAt}.`);
  }
}

/** A number of a resource as it is typed. Throws a usage error. */
export function idOf(text: string): number {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (id > 0) return id;
  throw usageError(`"${escaped(text)}" is no ID. Expected a number, such as "tonemill ls" shows it.`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
