/** Seconds, and part of the duration, by which lossy codecs and containers may change the duration. */
const TOLERANCE = { seconds: 0.5, part: 0.005 };

/** Seconds by which the durations of two files with the same sound may differ, if one lasts `duration` seconds. */
export function durationTolerance(duration: number): number {
  return TOLERANCE.seconds + TOLERANCE.part * duration;
}
