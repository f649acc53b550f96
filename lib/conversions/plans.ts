import { stat } from 'node:fs/promises';
import type { AudioEngine } from '../audio/engine/engine.ts';
import type { PlannedResults } from '../audio/engine/planned-split.ts';
import type { OpenedSource } from '../audio/ffmpeg/input.ts';
import { effectiveOptions } from '../audio/formats/effective-options.ts';
import { parseOptions } from '../audio/formats/options.ts';
import { type DescribedMedia, probedOf } from '../audio/media/described-media.ts';
import type { RequestedOutput } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';
import type { Workspaces } from '../runtime/working-folders.ts';
import type { OutputRequest, OutputRequests } from '../tasks/requested-output.ts';
import { refuseSeveral } from '../tasks/several-outputs.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { openSource } from './open-original.ts';

/** A conversion that was planned and not made. */
export interface PlannedConversion extends PlannedResults {
  format: string;
  options: RequestedOutput['options'];
  /** What the conversion takes of the quotas. */
  cost: { audioSeconds: number; storedBytes: number | null };
}

/** Plans conversions. Each throws as `OutputRequests.resolve`, and a failure code that the conversion would have. */
export interface Plans {
  ofFile(
    userId: number,
    path: string,
    request: OutputRequest,
    signal: AbortSignal,
  ): Promise<PlannedConversion>;
  /** The original of a task. Throws `not_found`, `not_uploaded`. */
  ofTask(userId: number, id: number, request: OutputRequest, signal: AbortSignal): Promise<PlannedConversion>;
  ofMedia(
    userId: number,
    media: DescribedMedia,
    request: OutputRequest,
    signal: AbortSignal,
  ): Promise<PlannedConversion>;
}

export interface PlanDependencies {
  tasks: () => Promise<Tasks>;
  outputs: () => Promise<Pick<OutputRequests, 'resolve'>>;
  engine: () => Promise<AudioEngine>;
  workspaces: Workspaces;
}

/** Plans that this process makes at once or that wait: some of them encode a few seconds. */
const MOST = 64;

/** Seconds after which some of them are made. */
const RETRY_AFTER = 2;

export function createPlans({ tasks, outputs, engine, workspaces }: PlanDependencies): Plans {
  let asked = 0;

  return {
    ofFile: (userId, path, request, signal) =>
      planned(userId, request, signal, async (audio) => {
        const probed = await audio.probe(path, signal);
        const media = { ...probed.media, size: (await stat(path)).size };
        return { source: path, probed: { ...probed, media } };
      }),
    ofTask: async (userId, id, request, signal) => {
      const { storage, key, size } = await (await tasks()).file(userId, id, 'original');
      return workspaces.use((folder) =>
        planned(userId, request, signal, async (audio) => {
          const { source, probed } = await openSource(audio, storage, key, folder, signal);
          return { source, probed: { ...probed, media: { ...probed.media, size } } };
        }),
      );
    },
    ofMedia: (userId, media, request, signal) =>
      planned(userId, request, signal, async () => ({ source: null, probed: probedOf(media) })),
  };

  async function planned(
    userId: number,
    request: OutputRequest,
    signal: AbortSignal,
    open: (
      audio: AudioEngine,
    ) => Promise<Omit<OpenedSource, 'source'> & { source: OpenedSource['source'] | null }>,
  ): Promise<PlannedConversion> {
    refuseSeveral(request.outputs);
    if (asked >= MOST)
      throw new AppError('unavailable', 'Too many plans wait to be made. Try again.', {
        retryAfter: RETRY_AFTER,
      });
    asked += 1;
    try {
      const { format: name, options } = await (await outputs()).resolve(userId, request);
      const audio = await engine();
      const format = audio.formats.find((one) => one.name === name);
      if (!format) throw new TypeError(`no format is called ${name}`);
      const effective = effectiveOptions(format, parseOptions(format, options));
      const { source: input, probed } = await open(audio);
      const result = await audio.plan({ input, probed, options: effective, signal });
      return { ...result, format: name, options, cost: costOf(result, probed.media) };
    } finally {
      asked -= 1;
    }
  }
}

function costOf(
  { bytes }: PlannedResults,
  { duration, size }: { duration: number | null; size?: number },
): PlannedConversion['cost'] {
  const storedBytes = bytes ? bytes.likely + (size ?? 0) : null;
  return { audioSeconds: Math.ceil(duration ?? 0), storedBytes };
}
