import type { Source } from '../ffmpeg/input.ts';
import { ReadBrokeOff } from '../ffmpeg/readable-original.ts';
import type { SoundFormat } from '../ffmpeg/run-report.ts';
import { FormatChange, type Material, type Tools } from '../ffmpeg/runs.ts';
import { channelCount } from '../formats/channel-layouts.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { firstFrame } from '../media/first-frame.ts';
import type { MediaInfo } from '../media/media-info.ts';
import { LongerThanDeclared } from './judgement.ts';
import { type SteadySource, steadySource } from './steady-source.ts';

/** An original, and corrections of what its header says. */
export interface Original {
  /** The original itself. */
  original: Source;
  probed: Probed;
  /** The original in one format, and the change that made this necessary; undefined: it is decoded directly. */
  steady?: { source: SteadySource; change: FormatChange } | undefined;
  /** Whether a run broke off since ffmpeg could not read on. */
  reread?: boolean;
  signal: AbortSignal;
}

/**
 * Calls `work`, and again with a correction if decoding shows that the header is wrong: the sound changes its format, or
 * goes on after its declared end. It also calls it again if a read breaks off. Each correction happens once.
 */
export async function corrected<T>(
  tools: Tools,
  original: Original,
  work: (original: Original) => Promise<T>,
): Promise<T> {
  let now = original;
  for (;;) {
    try {
      return await work(now);
    } catch (error) {
      now = await correction(tools, now, error);
    }
  }
}

async function correction(tools: Tools, now: Original, error: unknown): Promise<Original> {
  const { probed } = now;
  if (error instanceof FormatChange && !now.steady) {
    const begun = { ...probed, media: { ...probed.media, ...(await beginning(now, error.from)) } };
    const next = { ...now, probed: begun };
    return { ...next, steady: { source: steadySource(tools, directly(next)), change: error } };
  }
  if (error instanceof LongerThanDeclared && probed.media.duration !== null) {
    return { ...now, probed: { ...probed, estimated: true, media: { ...probed.media, duration: null } } };
  }
  if (error instanceof ReadBrokeOff && !now.reread) {
    const again = { ...now, reread: true };
    const { steady } = now;
    return steady ? { ...again, steady: { ...steady, source: steadySource(tools, directly(again)) } } : again;
  }
  throw error;
}

/** The original as material of its own. */
function directly({ original, probed, signal, reread = false }: Original): Material & { probed: Probed } {
  return { input: original, probed, signal, reread };
}

/** The format of the beginning. Decoders of MPEG audio report the rate of the first frame too late. */
async function beginning(
  { original, probed }: Original,
  from: SoundFormat,
): Promise<ReturnType<typeof formatOf>> {
  const reported = formatOf(probed, from);
  if (probed.media.container !== 'mp3' || typeof original !== 'string') return reported;
  const frame = await firstFrame(original);
  if (!frame) return reported;
  return { ...frame, channelLayout: frame.channels === 1 ? 'mono' : 'stereo' };
}

/** The format that a run reports first: a probe reads on, and reports the last format that it meets. */
function formatOf(
  { media }: Probed,
  { sampleRate, layout }: SoundFormat,
): Pick<MediaInfo, 'sampleRate' | 'channels' | 'channelLayout'> {
  const channels = channelCount(layout);
  if (channels === 0) return { ...media, sampleRate };
  return { sampleRate, channels, channelLayout: /channels/.test(layout) ? null : layout };
}

/** The material that programs decode. */
export function materialOf(original: Original): Material & { probed: Probed } {
  const { probed, steady } = original;
  if (!steady) return directly(original);
  return { ...directly(original), input: steady.source, probed: { ...probed, track: 1, decoder: null } };
}
