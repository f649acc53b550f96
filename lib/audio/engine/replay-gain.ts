import { stat } from 'node:fs/promises';
import { probe } from '../ffmpeg/probe.ts';
import type { Tools } from '../ffmpeg/runs.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Tags } from '../media/tag-names.ts';
import { writtenByFfmpeg } from '../tags/ffmpeg-tags.ts';
import { gainTags } from '../tags/gain-tags.ts';
import { lostTags } from '../tags/lost-tags.ts';
import { originalTags } from '../tags/original-tags.ts';
import { deliveredLevel, levelOf } from './album.ts';
import { measureBlocks } from './analysis-passes.ts';
import type { Made, Work } from './encode.ts';
import { lookAtResult } from './result-probe.ts';
import { resultTags, TagsNotWritten, writeTags } from './result-tags.ts';

/**
 * Makes a result, measures its delivered sound, and writes the gains that the option `replayGain` asks for into its tags; the sound
 * is not touched. Where ffmpeg writes the tags of a format, the result is made a second time with them.
 */
export async function makeWithGains(
  tools: Tools,
  work: Work,
  make: (work: Work) => Promise<Made>,
): Promise<Made> {
  const made = await make(work);
  const { plan, output, signal } = work;
  const { replayGain = 'keep', loudness } = plan.options;
  if (replayGain === 'keep' || replayGain === 'drop') return made;
  if (typeof output !== 'string') throw new TypeError('a result that is measured needs a file');
  const delivered = { input: output, probed: await probe(tools, output, signal), signal };
  const blocks = await measureBlocks(tools, delivered, loudness?.dualMono === 'yes');
  const level = levelOf(blocks);
  const album = replayGain === 'album' ? deliveredLevel(plan.options, work.album?.level ?? null) : null;
  const gains = gainTags(plan.format, level, album);
  const tagged = level || album ? await withTags(tools, work, { made, make, gains, output }) : made;
  return level ? tagged : withTold(tagged, [tooQuiet(replayGain)]);
}

/** A result with the gains that it is to have. */
interface Tagging {
  made: Made;
  make: (work: Work) => Promise<Made>;
  gains: Tags;
  output: string;
}

async function withTags(tools: Tools, work: Work, tagging: Tagging): Promise<Made> {
  const { made, make, gains, output } = tagging;
  const { format } = work.plan;
  const tagged: Work = { ...work, tags: { ...work.tags, tags: { ...work.tags.tags, ...gains } } };
  if (format.tags === 'none') return withTold(made, lostTags(format.name, gains, {}));
  if (writtenByFfmpeg(format, Object.keys(gains)).length > 0) return make(tagged);
  try {
    const file = await writeTags(work.worker, work.original, tagged.tags, output);
    const seen = { ...(await lookAtResult(tools, tagged, output)), ...(file && { file }) };
    const { media } = resultTags(work.plan, tagged.tags, seen);
    const { size } = await stat(output);
    const lost = lostTags(format.name, gains, originalTags(seen));
    return withTold({ ...made, media: { ...made.media, tags: media.tags }, size }, lost);
  } catch (error) {
    if (!(error instanceof TagsNotWritten)) throw error;
    return withTold(await make(work), lostTags(format.name, gains, {}));
  }
}

function withTold(made: Made, more: readonly Adaptation[]): Made {
  return { ...made, adaptations: [...made.adaptations, ...more] };
}

function tooQuiet(replayGain: string): Adaptation {
  const reason = 'There is too little sound above the gates of EBU R128 to measure; there is no gain.';
  return { property: 'replayGain', from: replayGain, to: 'left out', code: 'too_quiet', reason };
}
