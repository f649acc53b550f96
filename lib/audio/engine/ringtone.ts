import type { MediaInfo } from '../media/media-info.ts';
import { WARNINGS, type Warning } from '../media/warnings.ts';

/** Longest ringtone that an iPhone takes, in seconds (The iPhone Wiki, "Ringtones"; iTunes refuses to copy longer ones). */
const RINGTONE_SECONDS = 40;

/** Warnings about a result whose players take no such length. Durations count in whole milliseconds. */
export function ringtoneWarnings(format: string, { duration }: MediaInfo): Warning[] {
  const isLong = format === 'm4r' && Math.round((duration ?? 0) * 1000) > RINGTONE_SECONDS * 1000;
  return isLong ? [{ code: 'ringtone_too_long', message: WARNINGS.ringtone_too_long }] : [];
}
