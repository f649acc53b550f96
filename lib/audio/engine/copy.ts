import { AppError, isFailure } from '../../runtime/errors.ts';
import { FormatChange, type Tools } from '../ffmpeg/runs.ts';
import type { Adaptation } from '../media/adaptations.ts';
import { setOggLength } from '../media/ogg-length.ts';
import type { PacketTimes } from '../media/packet-times.ts';
import type { CopyPlan } from '../plan/copy-plan.ts';
import { UNCHANGED } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { copyPackets, finishFile, type Made, type Work } from './encode.ts';
import { cutPackets, type Fingerprint, fingerprint } from './fingerprint.ts';
import { judge } from './judgement.ts';

/** Shares of the whole work after the first decoding, and after the copy. */
const PROGRESS = { decoded: 0.5, copied: 0.6 };

/**
 * Makes a result from the packets of the original, and compares both files: their packets by a hash, and their decoded
 * samples, without the gaps that players leave out. Undefined if they differ and the original may be encoded instead. Throws
 * the failures of a conversion, and `cannot_copy` if they differ and a copy is required.
 */
export async function copyToFile(
  tools: Tools,
  work: Work,
  copy: CopyPlan,
  output: string,
): Promise<Made | undefined> {
  const before = await fingerprintOriginal(tools, work, copy);
  if (!before) return undefined;
  const copying = copyingWork(work, copy);
  const { warnings, originalSeconds } = await judge(copying, before.report);
  const joined = warnings.some(({ code }) => code === 'concatenated');
  if (joined && !copy.required) return undefined;
  try {
    const made = await tryCopy(tools, copying, copy, { before, output });
    if (!made) return undefined;
    const original = { ...work.probed.media, duration: originalSeconds };
    return { ...made, copied: true, warnings, waveform: null, original };
  } catch (error) {
    if (!isOfCopy(error)) throw error;
    if (!copy.required) return undefined;
    throw cannotCopy(error);
  }
}

/** Undefined if the original changes its format, and is encoded in one format instead. */
async function fingerprintOriginal(
  tools: Tools,
  work: Work,
  { cut, required }: CopyPlan,
): Promise<Before | undefined> {
  const { track, media } = work.probed;
  try {
    const onSeconds = progress(work, 0, PROGRESS.decoded);
    const sound = { track, codec: media.codec };
    const whole = await fingerprint(tools, work, sound, onSeconds);
    return cut ? { ...whole, ...(await cutPackets(tools, work, sound, cut)) } : whole;
  } catch (error) {
    if (!(error instanceof FormatChange)) throw error;
    if (!required) return undefined;
    throw cannotCopy(error);
  }
}

function cannotCopy(cause: unknown): AppError {
  const sentence =
    'The packets of the original cannot be copied: their format changes, or the file that they give differs.';
  return new AppError('cannot_copy', sentence, { cause });
}

/** The work with the plan of the copy. The first request for the waveform makes it. */
function copyingWork(work: Work, { plan }: CopyPlan): Work {
  const onProgress = (done: number) =>
    work.onProgress(PROGRESS.decoded + done * (PROGRESS.copied - PROGRESS.decoded));
  return { ...work, plan, waveform: false, onProgress };
}

function progress({ plan, onProgress }: Work, from: number, to: number): (seconds: number) => void {
  return (seconds) => {
    if (plan.seconds) onProgress(from + (to - from) * Math.min(1, seconds / plan.seconds));
  };
}

/** Whether an encoding may succeed where a copy failed: ffmpeg refused the packets, or the result is not what it should be. */
function isOfCopy(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  const { code, cause } = error;
  return (
    code === 'damaged' || code === 'internal' || (code === 'unavailable' && (isFailure(cause) || !cause))
  );
}

/** Fingerprint of an original; its packets are those that a cut leaves. */
interface Before extends Fingerprint {
  /** Present if packets are left out. */
  times?: PacketTimes;
}

/** A result that is to be made from an original. */
interface Attempt {
  /** Fingerprint of the original. */
  before: Before;
  output: string;
}

async function tryCopy(
  tools: Tools,
  work: Work,
  copy: CopyPlan,
  { before, output }: Attempt,
): Promise<Pick<Made, 'media' | 'size' | 'adaptations'> | undefined> {
  const { cut } = copy;
  await copyPackets(tools, work, { level: UNCHANGED, length: null });
  const made = await finishFile(tools, work, output, secondsOf(before, work.plan));
  const after = await fingerprintResult(tools, work, cut ? undefined : before, output);
  if (after.packets !== before.packets) throw new AppError('internal', 'The packets of the copy differ.');
  const equal = cut !== null || after.samples === before.samples;
  if (!equal && !copy.required) return undefined;
  const media = { ...made.media, duration: secondsOf(after, work.plan) };
  const told = [...(equal ? [] : [gapless(copy)]), ...cuts(copy, before)];
  const planned = [...copy.plan.adaptations, ...work.kept.adaptations];
  return { ...made, media, adaptations: [...planned, ...made.adaptations, ...told] };
}

/** Seconds of the sound, or of the packets that are not left out. */
function secondsOf({ times, report }: Before, { sampleRate }: Plan): number {
  return times ? times.last - times.first : (report.written ?? 0) / sampleRate;
}

/**
 * Decodes a result. An Ogg file of other samples gets the length of its original first.
 * @param before fingerprint of the original; undefined if the result is shorter
 */
async function fingerprintResult(
  tools: Tools,
  work: Work,
  before: Fingerprint | undefined,
  output: string,
): Promise<Fingerprint> {
  const { probed, plan, signal } = work;
  const sound = { track: 1, codec: probed.media.codec };
  const look = () =>
    fingerprint(tools, { input: output, probed: null, signal }, sound, progress(work, PROGRESS.copied, 1));
  const first = await look();
  const [decoded, wanted] = [first.report.written, before?.report.written ?? null];
  const isOgg = ['ogg', 'oga', 'opus'].includes(plan.format.muxer);
  if (!isOgg || decoded === null || wanted === null || first.samples === before?.samples) return first;
  await setOggLength(output, decoded, wanted);
  return look();
}

function gapless({ plan: { format } }: CopyPlan): Adaptation {
  const reason = `${format.name} has no place for the silence that encoders add at both ends; players play it.`;
  return { property: 'gapless', from: 'kept', to: 'left out', code: 'not_supported', reason };
}

function cuts({ cut }: CopyPlan, { times }: Before): Adaptation[] {
  if (!cut || !times) return [];
  const moved = (property: string, from: number | null, offset: number): Adaptation[] => {
    const to = Number((cut.start + offset).toFixed(6));
    const reason = 'A copy is cut between two packets.';
    return from === null || from === to ? [] : [{ property, from, to, code: 'between_packets', reason }];
  };
  return [...moved('start', cut.start, times.first), ...moved('end', cut.end, times.last)];
}
