import type { components } from './schema.ts';

/** A format and its options, exactly as the service takes them. */
export type RequestedOutput = components['schemas']['RequestedOutput'];

/**
 * A format and options that a program puts together, by `formats()` for example. TypeScript can't check them; the service
 * does.
 */
export function outputOf(newFormat: string, options: Record<string, unknown> = {}): RequestedOutput {
  const output = { newFormat, options };
  if (!isOutput(output)) throw new TypeError('a format is expected');
  return output;
}

function isOutput(output: object): output is RequestedOutput {
  return 'newFormat' in output && typeof output.newFormat === 'string';
}
