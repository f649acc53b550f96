import type { SampleForm } from '../media/receipt.ts';
import { DELIVER, inputArguments, PIPES, quiet, type SelectedSound, soundOnly } from './arguments.ts';
import { REPORTING } from './run-report.ts';

/** Arguments for a pass that decodes a sound and prints the MD5 of its samples on standard output. */
export function samplesArguments({ input, track, decoder }: SelectedSound, form: SampleForm): string[] {
  return [
    ...[...quiet(PIPES.third), ...REPORTING, ...DELIVER, ...inputArguments(input, decoder)],
    ...[...soundOnly(track), '-c:a', form, '-f', 'hash', '-hash', 'md5', PIPES.stdout],
  ];
}
