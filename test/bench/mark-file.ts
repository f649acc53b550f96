import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** The variable that names the file into which a service writes its marks. */
export const MARKS_FILE = 'BENCH_MARKS';

/** The step after which nothing more is marked for a conversion. */
export const LAST_STEP = 'finished';

/** The moment at which a step of a conversion ended. */
export interface Moment {
  /** Name of the step, with that of a program if it is a run of one. */
  step: string;
  /** Milliseconds since 1970, with fractions. */
  at: number;
}

/** Environment of a service that writes its marks into a file. */
export function recordingInto(path: string): NodeJS.ProcessEnv {
  const recorder = new URL('./record-marks.ts', import.meta.url);
  return { NODE_OPTIONS: `--import=${recorder}`, [MARKS_FILE]: path };
}

/** The moments of each conversion that the service finished, one conversion after the other. */
export async function readMoments(path: string): Promise<Moment[][]> {
  const conversions: Moment[][] = [[]];
  for (const line of (await readFile(path, 'utf8')).split('\n').filter(Boolean)) {
    const { step, program, at } = JSON.parse(line);
    const moments = conversions.at(-1);
    moments?.push({ step: nameOf(step, program, moments), at });
    if (step === LAST_STEP) conversions.push([]);
  }
  return conversions.slice(0, -1);
}

/** ffprobe runs for the original, and after ffmpeg for the result. */
function nameOf(step: string, program: string | undefined, before: readonly Moment[]): string {
  if (!program) return step;
  const isCheck = before.some(({ step }) => step === 'ffmpeg exited');
  return `${basename(program)} ${step}${isCheck ? ' (result)' : ''}`;
}
