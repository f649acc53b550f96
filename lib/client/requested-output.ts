import type { components } from './schema.ts';

/** A format and its options, exactly as the service takes them. */
export type RequestedOutput = components['schemas']['RequestedOutput'];

type Several = components['schemas']['SeveralOutputs'] & { outputs: ListedOutput[] };

/**
 * A format and options that a program puts together, by `formats()` for example. TypeScript can't check them; the service
 * does.
 */
export function outputOf(
  newFormat: string,
  options: Readonly<Record<string, unknown>> = {},
): RequestedOutput {
  const output = { newFormat, options };
  if (!isOutput(output)) throw new TypeError('a format is expected');
  return output;
}

/** One of several outputs that a program puts together; `name` is the file name of its result without the extension. */
export interface ListedOutput {
  format: string;
  options?: Readonly<Record<string, unknown>>;
  name?: string;
}

/** Several outputs of one original, which the service checks as it does one; one without a name is requested alone. */
export function outputsOf(outputs: readonly ListedOutput[]): RequestedOutput {
  const [first, ...others] = outputs;
  if (!first) throw new TypeError('an output is expected');
  if (others.length === 0 && first.name === undefined) return outputOf(first.format, first.options);
  const several = { outputs: [first, ...others] };
  if (!isSeveral(several)) throw new TypeError('formats are expected');
  return several;
}

function isSeveral(several: { outputs: readonly ListedOutput[] }): several is Several {
  return several.outputs.every(({ format }) => typeof format === 'string');
}

function isOutput(output: object): output is RequestedOutput {
  return 'newFormat' in output && typeof output.newFormat === 'string';
}
