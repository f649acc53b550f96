import { type Chain, filters, UNCHANGED } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { DELIVER, inputArguments, PIPES, quiet, type SelectedSound, soundOnly } from './arguments.ts';
import { REPORTING } from './run-report.ts';

/** A part of an original; times in seconds. */
export interface Excerpt {
  start: number;
  seconds: number;
}

/** Arguments that encode a part of an original as a plan says, and write the bare packets to standard output. */
export function excerptArguments(
  { input, track, decoder }: SelectedSound,
  { encoder, settings, chain }: Plan,
  { start, seconds }: Excerpt,
): string[] {
  const part: Chain = { ...chain, trim: { start: 0, end: null }, fadeIn: 0, fadeOut: 0 };
  const steps = filters(part, UNCHANGED, null, { exact: false, peakMeter: false });
  const format = encoder.depth ? ['-sample_fmt', encoder.depth.sampleFormat] : [];
  return [
    ...[...quiet(PIPES.third), ...REPORTING, ...DELIVER, '-ss', String(start), '-t', String(seconds)],
    ...[...inputArguments(input, decoder), ...soundOnly(track), '-filter:a', steps.join(',')],
    ...['-c:a', encoder.name, ...format, ...settings, '-f', 'data', PIPES.stdout],
  ];
}
