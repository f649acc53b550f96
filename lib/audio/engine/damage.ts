import { AppError } from '../../runtime/errors.ts';
import type { RunReport } from '../ffmpeg/run-report.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { JOINABLE } from '../media/joined-streams.ts';
import type { Warning } from '../media/warnings.ts';
import type { SoundFound } from './sound-found.ts';

/** Error messages that a cut in the middle of the last packets causes. */
const AT_THE_CUT = 3;

/** Warnings about sound that is missing or replaced; none if every sample was decoded. */
export function damageWarnings(
  { lost, cut }: RunReport['complaints'],
  { missing, length }: SoundFound,
): Warning[] {
  const seconds = missing > 0 ? { seconds: missing } : {};
  const truncated: Warning = { code: 'truncated', message: sentence(missing, length), ...seconds };
  if (missing > 0 && lost <= AT_THE_CUT) return [truncated];
  if (lost === 0) return cut > 0 ? [truncated] : [];
  const damaged: Warning = { code: 'damaged_parts', message: DAMAGED, ...seconds };
  return missing > 0 ? [damaged, truncated] : [damaged];
}

const DAMAGED = 'Parts of the original are damaged; the result omits or conceals them.';

function sentence(missing: number, length: number | null): string {
  if (missing === 0 || length === null)
    return 'The original ends too early; the result has all that is there.';
  const declared = (length + missing).toFixed(1);
  return `The original should give ${declared} s, but only ${length.toFixed(1)} s could be decoded.`;
}

/** The error of a task that accepts no damage; undefined if there is none. */
export function damageFailure(
  warnings: readonly Warning[],
  { missing, length }: SoundFound,
): AppError | undefined {
  const [first] = warnings;
  if (!first) return undefined;
  const share = missing / ((length ?? 0) + missing || 1);
  const part = missing > 0 ? ` ${percent(share)} of its sound (${missing.toFixed(1)} s) is missing.` : '';
  return new AppError('damaged', `The original is damaged.${part} The option onDamage asks for a failure.`);
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(share < 0.1 ? 1 : 2)} %`;
}

/** Tells that a file has more sound than its first header declares. */
export function concatenatedWarning(
  { joined, media }: Pick<Probed, 'joined' | 'media'>,
  { surplus, length }: SoundFound,
): Warning[] {
  const found = joined || (surplus > 0 && JOINABLE.has(media.container));
  if (!found || length === null) return [];
  const message = `The original consists of several streams one after another; the result has all ${length.toFixed(1)} s.`;
  return [{ code: 'concatenated', message }];
}
