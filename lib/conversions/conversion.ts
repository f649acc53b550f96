import type { AudioEngine } from '../audio/engine/engine.ts';
import type { Joined } from '../audio/engine/join.ts';
import type { MediaInfo } from '../audio/media/media-info.ts';
import type { AlbumStore } from '../ports/albums.ts';
import type { Clock } from '../ports/clock.ts';
import { observations } from '../ports/observations.ts';
import type { ConversionMessage, MessageOutcome } from '../ports/queue.ts';
import type { Storage } from '../ports/storage.ts';
import type { TaskStore } from '../ports/tasks.ts';
import { mark } from '../runtime/marks.ts';
import { type ActiveSpan, traced } from '../runtime/tracing.ts';
import type { Workspaces } from '../runtime/working-folders.ts';
import { analysisKeys, originalKey } from '../tasks/object-keys.ts';
import { asksForParts, removeParts } from '../tasks/part-files.ts';
import { openAlbum } from './albums.ts';
import { type Attempt, beginAttempt, endedSoon, handedBack, keepAlive, lost } from './attempt.ts';
import { endFailed, type FailureDependencies, type Write } from './failed-attempt.ts';
import { makeParts } from './make-parts.ts';
import { makeResults, type StoredResult, wholeResult } from './make-results.ts';
import { openJoin } from './open-join.ts';
import { openSource } from './open-original.ts';
import { createKnownMedia } from './probe-cache.ts';
import { type FetchedCover, fetchCover } from './sent-cover.ts';

export interface Conversions {
  /** Makes one attempt to convert the task of a message. Throws an error if a later attempt may succeed. */
  handle(message: ConversionMessage): Promise<MessageOutcome>;
  /** Releases the leases of running attempts, and waits until they end. */
  stop(): Promise<void>;
}

export interface ConversionDependencies extends FailureDependencies {
  tasks: TaskStore;
  albums: AlbumStore;
  originals: Storage;
  results: Storage;
  engine: AudioEngine;
  workspaces: Workspaces;
  /** Counts seconds of audio for the quota of their user. */
  countAudio(userId: number, seconds: number): Promise<void>;
  /** Throws `too_long` for an original that lasts longer than the limit of its user. */
  mustAllowDuration(userId: number, seconds: number): Promise<void>;
  /** Holder of the leases; see `LeaseStore.releaseAll`. */
  worker: string;
  /** Whether to acknowledge all messages and convert nothing. */
  paused: boolean;
  clock: Clock;
}

/** Dependencies together with the probe cache. */
interface CachingDependencies extends ConversionDependencies {
  knownMedia: ReturnType<typeof createKnownMedia>;
}

export function createConversions(parts: ConversionDependencies): Conversions {
  const { leases, paused, worker, log } = parts;
  const knowing = { ...parts, knownMedia: createKnownMedia(parts.engine) };
  const running = new Map<Attempt, Promise<MessageOutcome>>();
  let stopping = false;

  const attempt = async (message: ConversionMessage, span: ActiveSpan) => {
    mark('woken');
    await mustReachFiles(parts);
    const heldAt = performance.now();
    const claimed = await leases.claim(message, worker);
    if ('refused' in claimed) {
      span.set({ 'tonemill.claim.refused': claimed.refused });
      return claimed.refused === 'leased' ? 'again' : 'done';
    }
    mark('claimed');
    const begun = beginAttempt(claimed, heldAt);
    describeAttempt(begun, span);
    const outcome = convert(knowing, begun, span).finally(() => running.delete(begun));
    running.set(begun, outcome);
    if (stopping) begun.abort.abort(handedBack());
    return outcome;
  };

  return {
    async handle(message) {
      if (paused) return 'done';
      if (stopping) return 'again';
      const { taskId, revision, traceparent = null } = message;
      const attributes = { 'tonemill.task.id': taskId, 'tonemill.task.revision': revision };
      return traced('convert', { kind: 'consumer', parent: traceparent, attributes }, (span) =>
        attempt(message, span),
      );
    },
    async stop() {
      stopping = true;
      for (const { abort } of running.keys()) abort.abort(handedBack());
      const ended = await Promise.allSettled(running.values());
      log.debug('Running conversions are released', { count: ended.length });
    },
  };
}

/** Tells the metrics and the trace of an attempt that begins. */
function describeAttempt({ lease, waited, task }: Attempt, span: ActiveSpan): void {
  if (lease.attempt === 1 && waited !== null) observations.waits.publish({ seconds: waited });
  span.set({ 'tonemill.attempt': lease.attempt, 'tonemill.format': task.requestedOutput.format });
}

/** Runs one attempt, and logs one line for every outcome. */
async function convert(
  parts: CachingDependencies,
  attempt: Attempt,
  span: ActiveSpan,
): Promise<MessageOutcome> {
  const { clock, log } = parts;
  const { lease, task } = attempt;
  const began = clock.now().getTime();
  const stop = keepAlive(parts, attempt);
  const write: Write = (severity, outcome, message, fields = {}) => {
    const seconds = (clock.now().getTime() - began) / 1000;
    const { code } = fields;
    observations.conversions.publish({
      format: task.requestedOutput.format,
      outcome,
      seconds,
      ...(code !== undefined && { code }),
    });
    span.set({ 'tonemill.outcome': outcome });
    if (code !== undefined) span.fail(code);
    log[severity](message, {
      ...lease,
      from: attempt.media?.codec,
      to: task.requestedOutput.format,
      seconds,
      ...fields,
    });
  };
  try {
    await parts.workspaces.use((folder) => endedSoon(run(parts, attempt, folder), attempt.abort.signal));
    write('info', 'converted', 'Converted');
    return 'done';
  } catch (error) {
    return await endFailed(parts, attempt, error, write);
  } finally {
    stop();
  }
}

async function run(parts: CachingDependencies, attempt: Attempt, folder: string): Promise<void> {
  const { knownMedia, leases, originals, results } = parts;
  const { lease, task, abort } = attempt;
  const from = originalKey(task);
  const copied = attempt.outputs.every(({ options }) => options.asked.audio === 'copy');
  const joined = await openJoin(parts, task, copied, folder, abort.signal);
  const opened = joined ?? (await openSource(knownMedia(from), originals, from, folder, abort.signal));
  mark('probed');
  const size = task.declaredSize ?? (await originals.stat(from))?.size;
  const sized = (media: MediaInfo): MediaInfo => (size === undefined ? media : { ...media, size });
  attempt.media = sized(opened.probed.media);
  const seconds = opened.probed.media.duration ?? 0;
  if (!opened.probed.estimated) await parts.mustAllowDuration(task.userId, seconds);
  if (lease.attempt === 1) await parts.countAudio(task.userId, seconds);
  const sent = withJoined(await fetchCover(results, task, folder), joined);
  const stored: StoredResult[] = [];
  const isSplit = asksForParts(task.requestedOutput);
  const make = isSplit ? makeParts : makeResults;
  try {
    const album = openAlbum(parts, attempt, { folder, opened });
    for await (const one of make(parts, attempt, { folder, opened, album, ...sent })) stored.push(one);
    const { original, result } = wholeResult(stored, isSplit);
    const finished = await leases.finish(lease, sized(original), result);
    mark('finished');
    if (!finished) throw lost();
  } catch (error) {
    if (stored.length > 0 || isSplit) await removeOrphans(parts, attempt);
    throw error;
  }
}

/** A join has the cover of its tracks, unless its owner sent one, and what was adapted in them. */
function withJoined(sent: FetchedCover, joined: Joined | undefined): FetchedCover {
  if (!joined) return sent;
  return { cover: sent.cover ?? joined.cover, adaptations: [...joined.adaptations, ...sent.adaptations] };
}

/**
 * Removes the results of an attempt that lost its lease, but only if the revision no longer exists: another attempt of the
 * same revision writes the same keys.
 */
async function removeOrphans(
  { tasks, results }: ConversionDependencies,
  { task, outputs }: Attempt,
): Promise<void> {
  const now = await tasks.find(task.id);
  if (now?.revision !== task.revision) {
    for (const { key } of outputs) await results.remove(key);
    await removeParts(results, task);
  }
  if (!now) for (const one of analysisKeys(task, 'original')) await results.remove(one);
}

/** Checks the storage before a claim: an attempt without files would count, and five of them fail the task. */
async function mustReachFiles({ originals, results, log }: ConversionDependencies): Promise<void> {
  try {
    await Promise.all([originals.check(), results.check()]);
  } catch (error) {
    log.warn('The storage is unreachable; nothing is converted', { error });
    throw error;
  }
}
