import { join } from 'node:path';
import type { AudioEngine } from './engine.ts';
import { AppError, hasCode, isFailure } from './errors.ts';
import { type Format, findFormat } from './formats.ts';
import { originalKey, resultKey } from './keys.ts';
import type { Log } from './log.ts';
import type { MediaInfo } from './media.ts';
import { type Options, parseOptions } from './options.ts';
import type { Bell, BellOutcome, Clock, Lease, LeaseStore, Storage, Task, TaskStore } from './ports.ts';
import { openSource } from './source.ts';
import { isStreamed, type Target } from './target.ts';
import type { Workspaces } from './workspace.ts';

/** Milliseconds between heartbeats; a task that was removed or changed stops within about that time. */
const HEARTBEAT = 1000;

export interface Conversions {
  /** One try to convert what a bell rings for. Throws what a later try may mend. */
  handle(bell: Bell): Promise<BellOutcome>;
  /** Hands back what runs, and waits until it is handed back. */
  stop(): Promise<void>;
}

export interface ConversionParts {
  leases: LeaseStore;
  tasks: TaskStore;
  originals: Storage;
  results: Storage;
  engine: AudioEngine;
  workspaces: Workspaces;
  /** Who holds the leases; see `LeaseStore.releaseAll`. */
  worker: string;
  /** Acknowledge and convert nothing. */
  paused: boolean;
  clock: Clock;
  log: Log;
}

/** One attempt while it runs. */
interface Attempt {
  lease: Lease;
  task: Task;
  format: Format;
  options: Options;
  abort: AbortController;
  progress: number;
  media: MediaInfo | null;
}

export function createConversions(parts: ConversionParts): Conversions {
  const { leases, paused, worker, log } = parts;
  const running = new Map<Attempt, Promise<BellOutcome>>();
  let stopping = false;

  return {
    async handle(bell) {
      if (paused) return 'done';
      if (stopping) return 'again';
      const claimed = await leases.claim(bell, worker);
      if ('refused' in claimed) return claimed.refused === 'leased' ? 'again' : 'done';
      const attempt = begin(claimed);
      const outcome = convert(parts, attempt).finally(() => running.delete(attempt));
      running.set(attempt, outcome);
      if (stopping) attempt.abort.abort(handedBack());
      return outcome;
    },
    async stop() {
      stopping = true;
      for (const { abort } of running.keys()) abort.abort(handedBack());
      const ended = await Promise.allSettled(running.values());
      log.debug('Conversions are handed back', { count: ended.length });
    },
  };
}

function begin({ lease, task }: { lease: Lease; task: Task }): Attempt {
  const format = findFormat(task.wish.format);
  if (!format) throw new TypeError(`task ${task.id} wants the unknown format ${task.wish.format}`);
  const options = parseOptions(format, task.wish.options);
  return { lease, task, format, options, abort: new AbortController(), progress: 0, media: null };
}

async function convert(parts: ConversionParts, attempt: Attempt): Promise<BellOutcome> {
  const { clock, log } = parts;
  const { lease, task } = attempt;
  const began = clock.now().getTime();
  const stopHeartbeats = keepLease(parts, attempt);
  try {
    const outcome = await parts.workspaces.use((folder) => run(parts, attempt, folder));
    const seconds = (clock.now().getTime() - began) / 1000;
    log.info(outcome, { ...lease, from: attempt.media?.codec, to: task.wish.format, seconds });
    return 'done';
  } catch (error) {
    return await settle(parts, attempt, error);
  } finally {
    stopHeartbeats();
  }
}

async function run(parts: ConversionParts, attempt: Attempt, folder: string): Promise<string> {
  const { engine, leases, originals, results } = parts;
  const { lease, task, format, options, abort } = attempt;
  const { signal } = abort;
  const key = resultKey(task, format.extension);
  const { source, media } = await openSource(engine, originals, originalKey(task), folder, signal);
  attempt.media = media;
  const output = targetFor(results, key, attempt, folder);
  const made = await engine.convert({
    input: source,
    output,
    format,
    media,
    options,
    onProgress: (fraction) => {
      attempt.progress = fraction;
    },
    signal,
  });

  if (typeof output === 'string') {
    if (!(await leases.heartbeat(lease, 1))) throw lost();
    await results.put(key, output);
  }
  const { original, ...rest } = made;
  const result = { key, ...rest };
  if (await leases.finish(lease, original, result)) return 'Converted';
  await removeOrphan(parts, attempt, key);
  throw lost();
}

/** A bucket takes a result as it is made, where the container allows; all others are made in the folder first. */
function targetFor(results: Storage, key: string, { format, options }: Attempt, folder: string): Target {
  if (results.local || !isStreamed(format, options)) return join(folder, `output.${format.extension}`);
  return { folder, store: (stream) => results.put(key, stream) };
}

/**
 * The result of an attempt that lost its lease at the last moment. Another attempt of the same revision writes the
 * same key, so the object goes only when the revision is gone.
 */
async function removeOrphan(
  { tasks, results }: ConversionParts,
  { task }: Attempt,
  key: string,
): Promise<void> {
  const now = await tasks.find(task.id);
  if (now?.revision !== task.revision) await results.remove(key);
}

async function settle(parts: ConversionParts, attempt: Attempt, error: unknown): Promise<BellOutcome> {
  const { leases, log } = parts;
  const { lease } = attempt;
  if (isFailure(error)) {
    log.info('Not convertible', { ...lease, code: error.code, error });
    await leases.fail(lease, { code: error.code, message: error.message }, attempt.media);
    return 'done';
  }
  if (hasCode(error, 'interrupted')) {
    await leases.release(lease);
    return 'done';
  }
  log.warn('The conversion broke off; it is tried again when its lease has run out', { ...lease, error });
  throw error;
}

/** Renews the lease until told to stop; aborts the attempt when the lease is no longer its own. */
function keepLease({ leases, log }: ConversionParts, attempt: Attempt): () => void {
  let beating = false;
  const beat = async () => {
    if (beating) return;
    beating = true;
    try {
      const held = await leases.heartbeat(attempt.lease, attempt.progress);
      if (!held) attempt.abort.abort(lost());
    } catch (error) {
      log.warn('A heartbeat failed', { ...attempt.lease, error });
    } finally {
      beating = false;
    }
  };
  const timer = setInterval(beat, HEARTBEAT);
  return () => clearInterval(timer);
}

function handedBack(): AppError {
  return new AppError('interrupted', 'The worker stops; the task is handed back.');
}

function lost(): AppError {
  return new AppError('interrupted', 'The task was removed, changed, or taken over.');
}
