/** Seconds, and part of the duration, by which lossy codecs and containers may change how long audio lasts. */
const TOLERANCE = { seconds: 0.5, part: 0.005 };

/** Seconds by which two files of the same sound may differ, one of which lasts `duration` seconds. */
export function durationTolerance(duration: number): number {
  return TOLERANCE.seconds + TOLERANCE.part * duration;
}
