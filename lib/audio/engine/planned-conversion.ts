import { resultTooLarge } from '../ffmpeg/exit-errors.ts';
import { createSink } from '../ffmpeg/output.ts';
import { probe } from '../ffmpeg/probe.ts';
import { decode, type Tools } from '../ffmpeg/runs.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { AudioLimits } from '../media/limits.ts';
import { WARNINGS, type Warning } from '../media/warnings.ts';
import { planCopy } from '../plan/copy-plan.ts';
import { isWhole } from '../plan/filters.ts';
import { fadeAdaptations, needsLength, type Plan } from '../plan/plan.ts';
import { encodingOf, isDecoded } from '../tags/original-tags.ts';
import { encodeAtAlbumLevel } from './album-normalization.ts';
import { countSamples, measure } from './analysis-passes.ts';
import { clippedWarnings, encodeHeld } from './clipping.ts';
import { copyToFile } from './copy.ts';
import { convertToFile, convertToSink, type Encoded, type Made, type Work } from './encode.ts';
import { encodeAtLevel, type LevelSteps } from './loudness-normalization.ts';

/** Estimates the size of the result from its duration: ten hours of silence are a 14 MB Opus file and a 7 GB WAV. */
function mustFit(
  { format, seconds, mostBitrate }: Plan,
  { estimated }: Probed,
  { resultBytes }: AudioLimits,
): void {
  if (estimated) return;
  const bytes = ((seconds ?? 0) * mostBitrate) / 8;
  if (bytes > resultBytes) throw resultTooLarge(format, resultBytes);
}

/** Makes a result as it is planned: a copy, or an encoding at the requested level. */
export async function convertPlanned(tools: Tools, work: Work): Promise<Made> {
  const { plan, probed, output, signal } = work;
  const copy = work.steady ? null : planCopy(plan, work.options, probed);
  const copied = copy && typeof output === 'string' ? await copyToFile(tools, work, copy, output) : undefined;
  const ofTags = [...(probed.tagsUnreadable ? [UNREADABLE] : []), ...decodedWarning(work)];
  if (copied) return { ...copied, warnings: [...ofTags, ...copied.warnings] };
  mustFit(plan, probed, tools.limits);
  const length = needsLength(plan) ? await countSamples(tools, work) : null;
  const dualMono = plan.options.loudness?.dualMono === 'yes';
  const { album } = work;
  const isOfAlbum = album && plan.options.loudness?.scope === 'album';
  const steps: LevelSteps<Encoded> = {
    measure: () => measure(tools, work, plan.chain, length, decode, dualMono),
    encode: (wanted) =>
      encodeHeld(plan, wanted, (level) =>
        typeof output === 'string'
          ? convertToFile(tools, work, { level, length }, output)
          : convertToSink(tools, work, { level, length }, createSink(output)),
      ),
    async measureResult() {
      if (typeof output !== 'string') throw new TypeError('a result that may be made again needs a file');
      const made = { input: output, probed: await probe(tools, output, signal), signal };
      return measure(tools, made, null, null, decode, dualMono);
    },
  };
  const { made, before, after, adaptations } = await (isOfAlbum
    ? encodeAtAlbumLevel(plan, album, steps)
    : encodeAtLevel(plan, steps, work.level));
  const { originalSeconds: duration, clipping, ...rest } = made;
  const clipped = await clippedWarnings(tools, work, clipping, length);
  const media = { ...probed.media, duration };
  const original = isWhole(plan.chain) ? { ...media, loudness: before } : media;
  return {
    ...rest,
    copied: false,
    media: { ...made.media, loudness: after },
    original,
    adaptations: [
      ...plan.adaptations,
      ...work.kept.adaptations,
      ...fadeAdaptations(plan, length),
      ...made.adaptations,
      ...adaptations,
    ],
    warnings: [...ofTags, ...made.warnings, ...clipped],
  };
}

/** Tells that tags are read in another encoding than they declare. */
function decodedWarning({ plan: { options }, probed }: Work): Warning[] {
  const encoding = encodingOf(probed, options.tagEncoding);
  const isTold = encoding !== null && options.metadata !== 'strip' && isDecoded(probed, options.tagEncoding);
  return isTold ? [{ code: 'tags_decoded', message: `${WARNINGS.tags_decoded} Encoding: ${encoding}.` }] : [];
}

const UNREADABLE: Warning = { code: 'tags_unreadable', message: WARNINGS.tags_unreadable };
