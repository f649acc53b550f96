import { createObservable } from '../../runtime/observable.ts';

/** A run of ffmpeg that ended by itself. */
export interface ObservedRun {
  /** Seconds of sound by its progress. */
  sound: number;
  /** Seconds that it took. */
  seconds: number;
  isSuccess: boolean;
}

/** Runs of ffmpeg in this process, for its metrics. */
export const observedRuns = createObservable<ObservedRun>();
