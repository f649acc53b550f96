import { AppError } from '../../runtime/errors.ts';
import { nothingDecoded, unsupportedCodec } from '../ffmpeg/exit-errors.ts';
import type { Source } from '../ffmpeg/input.ts';
import { mustBeReadable } from '../ffmpeg/readable-original.ts';
import type { RunReport, SoundFormat } from '../ffmpeg/run-report.ts';
import type { FormatChange } from '../ffmpeg/runs.ts';
import { channelCount } from '../formats/channel-layouts.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Warning } from '../media/warnings.ts';
import type { Plan } from '../plan/plan.ts';
import { concatenatedWarning, damageFailure, damageWarnings } from './damage.ts';
import { areJoins } from './joins.ts';
import { type SoundFound, soundFound } from './sound-found.ts';
import type { SteadySource } from './steady-source.ts';

/** A conversion whose run has ended. */
interface Decoded {
  /** The original. */
  original: Source;
  probed: Probed;
  plan: Plan;
  /** Present if the original was decoded by way of a steady source. */
  steady?: { source: SteadySource; change: FormatChange } | undefined;
}

/** Reason to convert once more: the original goes on after the end that its header declares. */
export class LongerThanDeclared extends Error {}

/** Packets that may follow the declared end: padding of a lossy encoder, and packets that were read ahead. */
const PADDING_PACKETS = 3;

/** The report on an original that was decoded by way of a steady source. */
export function reportOnOriginal(
  report: RunReport,
  { steady, probed }: Pick<Decoded, 'steady' | 'probed'>,
): RunReport {
  if (!steady) return report;
  const first = steady.source.report();
  const format = { sampleRate: probed.media.sampleRate, layout: '' };
  if (!first) return { ...report, packets: null };
  return { ...first, decoded: first.written, format, written: report.written, clips: report.clips };
}

/** Whether a run found no sound, or no sound was left for the result; silence may pad it. */
export function isEmpty({ decoded, written }: RunReport): boolean {
  return written === 0 || decoded === 0;
}

/** Whether the beginning that the plan cuts off is all there is. */
function isCutAway({ plan, probed }: Decoded, { decoded, format }: RunReport): boolean {
  const { start } = plan.chain.trim;
  const rate = format?.sampleRate ?? probed.media.sampleRate;
  return start > 0 && decoded !== null && decoded / rate <= start / probed.media.sampleRate;
}

/**
 * Judges the sound of an original by the report of a run. Throws `no_audio`, `damaged`, `nothing_left`, and
 * `LongerThanDeclared`.
 */
export async function judge(
  work: Decoded,
  report: RunReport,
): Promise<{ warnings: Warning[]; originalSeconds: number | null }> {
  const { probed, plan, steady } = work;
  const found = soundFound(probed, plan, report);
  if (isEmpty(report) || isCutAway(work, report)) throw nothingMade(work, report, found);
  if (plan.endsAsDeclared && found.atEnd && hasMore(probed, report)) throw new LongerThanDeclared();
  const complaints = await withoutTags(work, report);
  const damage = damageWarnings(complaints, found);
  if (damage.some(({ code }) => code === 'truncated')) await mustBeReadable(work.original);
  const failure = plan.options.onDamage === 'fail' ? damageFailure(damage, found) : undefined;
  if (failure) throw failure;
  const changes = steady ? changeWarnings(probed, steady) : [];
  return {
    warnings: [...changes, ...damage, ...concatenatedWarning(probed, found)],
    originalSeconds: found.length,
  };
}

function nothingMade(
  { plan, probed }: Decoded,
  { decoded, complaints, packets }: RunReport,
  found: SoundFound,
): AppError {
  const { start = 0 } = plan.options;
  if ((decoded ?? 0) > 0 && start > 0) return nothingLeft(start, found.length ?? 0);
  if (isWideFlac(probed)) return unsupportedCodec();
  const declares = !probed.estimated && (probed.media.duration ?? 0) > 0;
  return nothingDecoded(declares || complaints.lost + complaints.junk > 0 || (packets ?? 0) > 0);
}

/** FLAC with more than 24 bits, of which ffmpeg before 6.0 decodes nothing and says nothing. */
function isWideFlac({ media: { codec, bitDepth } }: Probed): boolean {
  return codec === 'flac' && (bitDepth ?? 0) > 24;
}

function nothingLeft(start: number, length: number): AppError {
  const sentence = `Trimming leaves no sound: the original lasts ${length.toFixed(3)} s, and start is ${start} s.`;
  return new AppError('nothing_left', sentence);
}

function hasMore({ packets }: Probed, report: RunReport): boolean {
  return packets !== null && report.packets !== null && packets - report.packets > PADDING_PACKETS;
}

/** Decoders complain about tags and headers between joined streams, which are no sound. */
async function withoutTags(
  { original, probed }: Decoded,
  { complaints }: RunReport,
): Promise<RunReport['complaints']> {
  const { junk, lost, cut } = complaints;
  if (junk === 0) return complaints;
  return (await areJoins(original, probed.media.container, junk))
    ? { lost, cut, junk: 0 }
    : { lost: lost + junk, cut, junk: 0 };
}

/** Names the format of the beginning, and the last other one; none if only the probe met another one. */
function changeWarnings(
  { media: { sampleRate, channels, channelLayout } }: Probed,
  { source, change }: NonNullable<Decoded['steady']>,
): Warning[] {
  const from = { sampleRate, layout: channelLayout ?? '' };
  const seen = source.report()?.formats ?? [change.to];
  const to = seen.findLast(
    (one) => one.sampleRate !== sampleRate || (channelCount(one.layout) || channels) !== channels,
  );
  if (!to) return [];
  const message = `The original changes from ${shown(from)} to ${shown(to)} in the middle; the result has the format of its beginning.`;
  return [{ code: 'format_changes', message }];
}

function shown({ sampleRate, layout }: SoundFormat): string {
  return /^[a-z\d.()]+$/.test(layout) && !layout.startsWith('0x')
    ? `${sampleRate} Hz ${layout}`
    : `${sampleRate} Hz`;
}
