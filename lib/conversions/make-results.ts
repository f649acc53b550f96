import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Conversion, Made } from '../audio/engine/encode.ts';
import type { AudioEngine } from '../audio/engine/engine.ts';
import type { OpenedSource } from '../audio/ffmpeg/input.ts';
import { isStreamed, type Output } from '../audio/ffmpeg/output.ts';
import type { Passes } from '../audio/ffmpeg/runs.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import { toBytes } from '../audio/waveform/peaks.ts';
import type { LeaseStore } from '../ports/leases.ts';
import type { Storage } from '../ports/storage.ts';
import type { ConversionResult, FurtherResult, Task } from '../ports/tasks.ts';
import { AppError, isFailure } from '../runtime/errors.ts';
import { mark } from '../runtime/marks.ts';
import { waveformKey } from '../tasks/object-keys.ts';
import type { Album } from './albums.ts';
import { type Attempt, type AttemptOutput, holds, lost } from './attempt.ts';
import type { FetchedCover } from './sent-cover.ts';

export interface ResultDependencies {
  leases: LeaseStore;
  results: Storage;
  engine: AudioEngine;
}

/** Files that every result of an attempt is made from. */
export interface Material extends FetchedCover {
  /** Working folder of the attempt. */
  folder: string;
  opened: OpenedSource;
  album: Album;
}

/** One result with its file stored, and the media information of the original that its conversion gave. */
export type StoredResult = FurtherResult & { original: MediaInfo };

/** Makes and stores the results of an attempt one after another. Throws as `AudioEngine.convert`, and if the lease is lost. */
export async function* makeResults(
  parts: ResultDependencies,
  attempt: Attempt,
  material: Material,
): AsyncGenerator<StoredResult> {
  const { outputs, task } = attempt;
  const passes: Passes = new Map();
  for (const [index, output] of outputs.entries()) {
    const wanted = {
      ...output,
      passes,
      file: join(material.folder, `output-${index + 1}.${output.options.format.extension}`),
      waveform: task.revision === 1 && index === 0,
      onProgress(fraction: number) {
        attempt.progress = (index + fraction) / outputs.length;
      },
    };
    try {
      yield await makeResult(parts, attempt, material, wanted);
    } catch (error) {
      throw outputs.length > 1 && isFailure(error) ? ofOutput(index, output, error) : error;
    }
  }
}

/**
 * The results of an attempt as the task has them.
 * @param isPart whether they are parts, whose names only the attempt knows
 */
export function wholeResult(
  [first, ...more]: readonly StoredResult[],
  isPart: boolean,
): { original: MediaInfo; result: ConversionResult } {
  if (!first) throw new TypeError('an attempt makes at least one result');
  const { original, format: _, name, ...result } = first;
  const further = more.map(({ original: ___, ...rest }) => rest);
  const named = isPart ? { ...result, name } : result;
  return { original, result: further.length > 0 ? { ...named, more: further } : named };
}

/** A result that is about to be made, and the path for its file. */
type Wanted = AttemptOutput &
  Pick<Conversion, 'level' | 'passes'> &
  Required<Pick<Conversion, 'onProgress' | 'waveform'>> & { file: string };

/** Makes and stores one result. Throws as `AudioEngine.convert`, and if the lease is lost. */
export async function makeResult(
  { engine, leases, results }: ResultDependencies,
  attempt: Attempt,
  { folder, opened: { source, probed }, cover, adaptations, album }: Material,
  { key, name, format, options, file, level, passes, onProgress, waveform }: Wanted,
): Promise<StoredResult> {
  const { task, media, abort } = attempt;
  const isFile = results.local || cover !== undefined || !isStreamed(options, media);
  // A bucket receives a result while ffmpeg writes it, if the container allows and no cover is added.
  const output: Output = isFile ? file : { folder, store: (stream) => results.put(key, stream) };
  const { signal } = abort;
  const made = await engine.convert({
    ...{ input: source, output, probed, options, cover, level, passes },
    album: await album(options.options),
    ...{ waveform, onProgress, signal },
  });
  mark('checked');
  if (typeof output === 'string') {
    if (!(await holds(leases, attempt))) throw lost();
    await Promise.all([results.put(key, output), keepWaveform(results, task, made)]);
  } else await keepWaveform(results, task, made);
  mark('stored');
  const { waveform: _, ...rest } = made;
  return { key, name, format, ...rest, adaptations: [...rest.adaptations, ...adaptations] };
}

/** Stores the waveform of the original for later requests and revisions. */
async function keepWaveform(results: Storage, task: Task, { waveform }: Made): Promise<void> {
  if (waveform) await results.put(waveformKey(task, 'original'), Readable.from([toBytes(waveform)]));
}

function ofOutput(index: number, { name }: AttemptOutput, error: AppError): AppError {
  return new AppError(error.code, `Output ${index + 1} (${name}): ${error.message}`, { cause: error });
}
