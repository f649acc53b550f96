import type { RunReport } from '../ffmpeg/run-report.ts';
import { durationTolerance } from '../media/duration-tolerance.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { Plan } from '../plan/plan.ts';

/** The sound of an original as a run found it. Seconds. */
export interface SoundFound {
  /** Its whole length, if the run read it to its end; else what the header declares, or null. */
  length: number | null;
  /** Whether the run read it to its end, so that `length` counts decoded samples. */
  whole: boolean;
  /** Whether the sound reached the end at which the plan cuts. */
  atEnd: boolean;
  /** Declared sound that could not be decoded; 0 if none is missing, or if the header is no measure. */
  missing: number;
  /** Sound beyond the declared end. */
  surplus: number;
}

/** Codecs that decode to exactly the number of samples that these containers declare. */
const EXACT_CODECS = /^(pcm_|flac$|alac$|wavpack$|tta$|ape$)/;
const EXACT_CONTAINERS: ReadonlySet<string> = new Set([
  ...['wav', 'w64', 'aiff', 'au', 'flac', 'tta', 'ape', 'wv'],
]);

/** Seconds by which decoded sound may fall short: rounding; two frames and the padding of a lossy encoder. */
const SHORT = { exact: 0.001, frames: 0.1 };

/**
 * How long the sound of an original is, from the samples that a decoder made. The only place that compares declared and
 * decoded lengths.
 */
export function soundFound(
  probed: Pick<Probed, 'media' | 'estimated' | 'packets' | 'declared'>,
  plan: Pick<Plan, 'chain' | 'endsAsDeclared' | 'sampleRate'>,
  report: RunReport,
): SoundFound {
  const declared = probed.declared ?? probed.media.duration;
  const decoded = decodedSeconds(probed, plan, report);
  const end = endOf(probed, plan);
  const atEnd = end !== null && decoded >= end;
  const whole = !atEnd || plan.endsAsDeclared;
  const unmeasured = { whole, atEnd, missing: 0, surplus: 0 };
  if (!whole) return { ...unmeasured, length: declared === null ? null : Math.max(declared, end) };
  const length = atEnd ? end : decoded;
  const isGuess = probed.estimated && probed.declared === undefined;
  if (declared === null || isGuess) return { ...unmeasured, length };
  return {
    ...unmeasured,
    length,
    missing: missingOf(probed, declared, length, report),
    surplus: length > declared + durationTolerance(declared) ? length - declared : 0,
  };
}

/** An ffmpeg that prints no count of decoded samples still counts those of the result. */
function decodedSeconds(
  { media }: Pick<Probed, 'media'>,
  { chain, sampleRate }: Pick<Plan, 'chain' | 'sampleRate'>,
  { decoded, written, format }: Pick<RunReport, 'decoded' | 'written' | 'format'>,
): number {
  if (decoded !== null) return decoded / (format?.sampleRate ?? media.sampleRate);
  return chain.trim.start / media.sampleRate + (written ?? 0) / sampleRate;
}

/** Seconds of the original at which the plan cuts; null: nowhere. */
function endOf({ media }: Pick<Probed, 'media'>, { chain }: Pick<Plan, 'chain'>): number | null {
  return chain.trim.end === null ? null : chain.trim.end / media.sampleRate;
}

/**
 * Other headers count samples. The times of an index may have gaps, so that they count only if packets were not read or not
 * decoded.
 */
function missingOf(
  { media, packets }: Pick<Probed, 'media' | 'packets'>,
  declared: number,
  length: number,
  { packets: read, complaints }: Pick<RunReport, 'packets' | 'complaints'>,
): number {
  const missing = declared - length;
  const complete = packets !== null && complaints.lost === 0 && (read === null || read >= packets);
  return complete || missing <= tolerance(media, declared) ? 0 : missing;
}

function tolerance({ container, codec }: Probed['media'], declared: number): number {
  if (EXACT_CONTAINERS.has(container) && EXACT_CODECS.test(codec)) return SHORT.exact;
  return container === 'mp3' || container === 'mov' ? SHORT.frames : durationTolerance(declared);
}
