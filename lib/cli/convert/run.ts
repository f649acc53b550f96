import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TonemillError } from '../../client/errors.ts';
import { AppError } from '../../runtime/errors.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { reasonOf } from '../files/file-errors.ts';
import { publishFile } from '../files/partial-files.ts';
import type { RequestedOutput } from '../service/requested-output.ts';
import { CommandError } from '../terminal/command-error.ts';
import { stopSignal } from '../terminal/stop.ts';
import { writeError } from '../terminal/write-errors.ts';
import type { ConvertedFile, Converter } from './converter.ts';
import type { Found, Input } from './inputs.ts';
import type { Tags } from './name-template.ts';
import type { OutputPaths } from './output-paths.ts';
import type { PlannedResult } from './plan-lines.ts';
import type { Entry } from './playlist.ts';
import type { Counts, Reporter } from './progress.ts';

export interface RunOptions {
  /** Undefined: only tell what would be done. */
  converter: Converter | undefined;
  output: RequestedOutput;
  /** Undefined: this machine cannot plan. */
  plan: ((path: string, signal: AbortSignal) => Promise<PlannedResult>) | undefined;
  pathOf: OutputPaths;
  /** Undefined: names need no tags. */
  tagsOf: ((path: string, signal: AbortSignal) => Promise<Tags>) | undefined;
  reporter: Reporter;
  jobs: number;
  /** Whether results that are there are replaced. */
  force: boolean;
}

export interface Outcome {
  counts: Counts;
  /** Results in the order of their originals, also those that were there. */
  results: Entry[];
}

/** A file with the path of its result. */
interface Planned {
  index: number;
  input: Input;
  target: string;
}

/**
 * Converts what is found, some files at once. A file that fails is told, and the others go on; an error that all files would meet
 * ends the run, and so does a signal. Throws that error when the files on their way have ended.
 */
export async function runConversions(
  found: AsyncGenerator<Found, void, undefined>,
  { converter, output, plan, pathOf, tagsOf, reporter, jobs, force }: RunOptions,
): Promise<Outcome> {
  const began = performance.now();
  const counts: Counts = { converted: 0, skipped: 0, planned: 0, failed: 0 };
  const results: Entry[] = [];
  const made = new Set<string>();
  const ending = new AbortController();
  const signal = AbortSignal.any([stopSignal, ending.signal]);
  const queue = planned();
  await Promise.all(Array.from({ length: jobs }, work));
  reporter.finish(counts, (performance.now() - began) / 1000);
  signal.throwIfAborted();
  return { counts, results: results.filter(Boolean) };

  async function work(): Promise<void> {
    while (!signal.aborted) {
      const next = await queue.next();
      if (next.done) return;
      await orFail(next.value.input.path, () => convertOne(next.value));
    }
  }

  /** Names are given in the order of the files, so that the same command gives the same names. */
  async function* planned(): AsyncGenerator<Planned, void, undefined> {
    let index = 0;
    for await (const file of found) {
      if (signal.aborted) return;
      if ('reason' in file) {
        fail(file.path, 'unreadable', file.reason);
        continue;
      }
      const target = await orFail(file.path, async () => pathOf(file, await tagsOf?.(file.path, signal)));
      if (target !== undefined) yield { index: index++, input: file, target };
    }
  }

  async function convertOne({ index, input, target }: Planned): Promise<void> {
    const { path: file, size, atime, mtime } = input;
    const reason = await reasonToSkip(input, target);
    if (reason !== undefined) {
      counts.skipped += 1;
      results[index] = { path: target, duration: null };
      return reporter.tell({ status: 'skipped', file, result: target, reason });
    }
    if (!converter) {
      const planned = await plan?.(file, signal);
      counts.planned += 1;
      return reporter.tell({ status: 'planned', file, result: target, plan: planned });
    }
    await access(file, 4);
    const bar = reporter.begin(file);
    const began = performance.now();
    let converted: ConvertedFile | undefined;
    try {
      await publishFile(
        target,
        async (folder) => {
          const job = { path: file, size, mtime, ...output, folder, onProgress: bar.update, signal };
          converted = await converter.convert(job);
          return converted.path;
        },
        { atime, mtime },
      );
    } finally {
      bar.end();
    }
    const { taskId, notes = [], duration = null } = converted ?? {};
    await converted?.done();
    made.add(resolve(target));
    counts.converted += 1;
    results[index] = { path: target, duration };
    const seconds = (performance.now() - began) / 1000;
    reporter.tell({ status: 'converted', file, result: target, seconds, taskId, notes });
  }

  async function reasonToSkip({ path, mtime }: Input, target: string): Promise<string | undefined> {
    if (resolve(path) === resolve(target))
      return 'The result would replace its original. Name a folder by --out, or a name by --name.';
    if (force || made.has(resolve(target))) return undefined;
    const there = await stat(target).catch(() => undefined);
    if (!there) return undefined;
    const age = there.mtime < mtime ? ', older than its original' : '';
    return `${target} is there already${age}. --force replaces it.`;
  }

  /** The error of one file is told; that of all files ends the run. Nothing is told after a stop. */
  async function orFail<T>(file: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) return undefined;
      const ofAll = error instanceof CommandError ? error : writeError(error);
      if (ofAll) ending.abort(ofAll);
      else fail(file, codeOf(error), sentenceOf(error));
      return undefined;
    }
  }

  function fail(file: string, code: string, message: string): void {
    counts.failed += 1;
    reporter.tell({ status: 'failed', file, code, message });
  }
}

function codeOf(error: unknown): string {
  if (error instanceof TonemillError || error instanceof AppError) return error.code;
  return 'unreadable';
}

function sentenceOf(error: unknown): string {
  if (error instanceof TonemillError || error instanceof AppError) return error.message;
  if (error instanceof DOMException && error.name === 'NotReadableError')
    return 'It changed while it was sent. Give the same command again.';
  return escaped(reasonOf(error));
}
