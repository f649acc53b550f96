import { channel } from 'node:diagnostics_channel';

/** Name of the channel on which marks are published. */
export const MARKS = 'tonemill:marks';

/** A moment in the work of this process. */
export interface Mark {
  /** The step that has just ended, such as `claimed`; the runs of programs have their path as `program`. */
  step: string;
  program?: string;
}

const marks = channel(MARKS);

/**
 * Publishes that a step has ended. Costs one comparison while nothing subscribes; entries of `performance.mark` would
 * stay in memory for ever.
 */
export function mark(step: string, program?: string): void {
  if (marks.hasSubscribers) marks.publish(program === undefined ? { step } : { step, program });
}
