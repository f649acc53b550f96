import { join } from 'node:path';
import type { AudioEngine } from './engine.ts';
import { AppError, isFailure } from './errors.ts';
import { type Format, findFormat } from './formats.ts';
import { objectKey, resultKey, stem } from './keys.ts';
import type { MediaInfo } from './media.ts';
import type { LeaseStore, Storage, Task, TaskStore } from './ports.ts';
import type { Workspaces } from './workspace.ts';

/** Who holds the lease while a report is looked into. */
const WORKER = 'first-generation';

/** Seconds by which a result may be shorter or longer than its original. */
const TOLERANCE = 0.5;

/** Takes over what workers of the first generation made: `{stem}.{ext}` beside the original. */
export interface Reports {
  /** Throws `not_found`, and `not_ready` where the result is not there, not sound, or no longer asked for. */
  processed(id: number): Promise<void>;
}

export interface ReportParts {
  tasks: TaskStore;
  leases: LeaseStore;
  originals: Storage;
  results: Storage;
  engine: () => Promise<AudioEngine>;
  workspaces: Workspaces;
}

export function createReports({
  tasks,
  leases,
  originals,
  results,
  engine,
  workspaces,
}: ReportParts): Reports {
  return {
    async processed(id) {
      const task = await tasks.find(id);
      const format = task && findFormat(task.wish.format);
      if (!task || !format) throw new AppError('not_found', 'There is no such task.');
      const made = objectKey(id, `${stem(task.name)}.${format.extension}`);
      if (made === objectKey(id, task.name) || !(await originals.stat(made)))
        throw refused('no result is there');
      const claimed = await leases.claim({ taskId: id, revision: task.revision }, WORKER);
      if ('refused' in claimed) throw refused(`the task is ${claimed.refused}`);
      try {
        await takeOver(task, format, made, claimed.lease);
      } catch (error) {
        await leases.release(claimed.lease);
        throw isFailure(error) ? refused(error.message) : error;
      }
    },
  };

  async function takeOver(
    task: Task,
    format: Format,
    made: string,
    lease: Parameters<LeaseStore['finish']>[0],
  ) {
    const { signal } = new AbortController();
    await workspaces.use(async (folder) => {
      const paths = { original: join(folder, 'original'), result: join(folder, 'result') };
      await originals.fetch(objectKey(task.id, task.name), paths.original);
      await originals.fetch(made, paths.result);
      const original = await (await engine()).probe(paths.original, signal);
      const media = await (await engine()).probe(paths.result, signal);
      mustFit(original, media, format);
      const key = resultKey(task, format.extension);
      const size = await results.put(key, await originals.read(made));
      if (!(await leases.finish(lease, original, { key, size, media, warnings: [] })))
        throw refused('it was changed');
      await originals.remove(made);
    });
  }
}

function mustFit(original: MediaInfo, made: MediaInfo, format: Format): void {
  const drift = Math.abs((original.duration ?? 0) - (made.duration ?? 0));
  const sameCodec =
    made.codec === format.codec || (format.codec.startsWith('pcm_') && made.codec.startsWith('pcm_'));
  if (!sameCodec) throw refused(`the result is ${made.codec}`);
  if (drift > TOLERANCE) throw refused('the result is not as long as the original');
}

function refused(why: string): AppError {
  return new AppError('not_ready', `The report is not believed: ${why}.`);
}
