/** Standard error, or a stream that takes its place. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  /** Columns of the terminal; a terminal that does not know says 0. */
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Names the step that begins now, such as `race, round 2 of 3: tonemill`. */
  step(sentence: string): void;
  /** Removes the live line, before results are printed. */
  clear(): void;
}

/** Moves the cursor to the first column and erases the line (ECMA-48, CR and EL). */
const ERASE = '\r\x1b[2K';

/**
 * Progress of a benchmark: one live line on a terminal, a line for each step elsewhere, each with the seconds since the
 * start.
 * @param now milliseconds, of any clock
 */
export function createProgress(
  stream: ProgressStream = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  const began = now();
  const live = stream.isTTY === true;
  let shown = false;
  return {
    step(sentence) {
      const line = `[${((now() - began) / 1000).toFixed(0).padStart(4)} s] ${sentence}`;
      stream.write(live ? `${ERASE}${line.slice(0, (stream.columns || 80) - 1)}` : `${line}\n`);
      shown = live;
    },
    clear() {
      if (shown) stream.write(ERASE);
      shown = false;
    },
  };
}

/** Progress of this process. */
export const progress = createProgress();

/** Names a round of a measure, counted from 1, and the contestant that runs. */
export function showRound(measure: string, index: number, rounds: number, who?: string): void {
  progress.step(`${measure}, round ${index} of ${rounds}${who ? `: ${who}` : ''}`);
}
