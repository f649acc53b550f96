import { z } from 'zod';
import { findFormat } from '../audio/formats/formats.ts';
import {
  MOST_OUTPUTS,
  type NamedOutput,
  type RequestedOutput,
  type RequestedOutputs,
} from '../ports/tasks.ts';
import { AppError, type FieldProblem } from '../runtime/errors.ts';
import { fileName } from './object-keys.ts';

const SOME = `expected a list of 1 to ${MOST_OUTPUTS} outputs, such as [{"format": "mp3"}, {"format": "opus"}]`;

const NAMES = 'expected a file name without its extension and without a folder, such as preview';

const NO_PARTS = 'expected no split in a list of outputs: a task makes parts, or several outputs';

const OUTPUTS = z
  .array(
    z.strictObject(
      {
        format: z.string('expected a format, such as mp3').max(100).optional(),
        options: z.unknown().optional(),
        name: z.string(NAMES).optional(),
      },
      'expected an object with format, and optionally options and name',
    ),
    SOME,
  )
  .min(1, SOME)
  .max(MOST_OUTPUTS, {
    error: ({ input }) => `${SOME}, and there are ${Array.isArray(input) ? input.length : 'none'}`,
  });

/** One output of a list as a request gives it; its options are not yet validated. */
type ListedOutput = z.output<typeof OUTPUTS>[number];

/**
 * Validates a list of outputs. Throws `invalid_request` and the errors of `resolve`, with the place of each output in the
 * path: `outputs.1.format`.
 * @param resolve validates one output
 */
export async function resolveOutputs(
  list: unknown,
  resolve: (output: ListedOutput) => Promise<RequestedOutput>,
): Promise<RequestedOutputs> {
  const parsed = OUTPUTS.safeParse(list);
  if (!parsed.success) throw invalid(parsed.error.issues.map(problemOf));
  const outputs: NamedOutput[] = [];
  for (const [index, listed] of parsed.data.entries())
    outputs.push(await placed(index, async () => named(listed, await resolve(listed))));
  const [first] = outputs;
  if (!first) throw invalid([{ path: 'outputs', message: SOME }]);
  return { format: first.format, options: first.options, outputs };
}

/** Throws `invalid_request`: a request has one output or a list. */
export function refuseBoth(): never {
  throw invalid([{ path: 'outputs', message: 'expected newFormat and options, or outputs, not both' }]);
}

/** Throws `invalid_request` if a request that takes one output has a list. */
export function refuseSeveral(outputs: unknown): void {
  if (outputs === undefined) return;
  throw invalid([{ path: 'outputs', message: 'expected one output as newFormat and options, no list' }]);
}

function named({ name }: ListedOutput, output: RequestedOutput): NamedOutput {
  if (output.options.split !== undefined) throw invalid([{ path: 'options.split', message: NO_PARTS }]);
  if (name === undefined) return { ...output, name: null };
  const whole = `${name}.${findFormat(output.format)?.extension ?? output.format}`;
  if (name.trim() === '' || fileName(whole) !== whole) throw invalid([{ path: 'name', message: NAMES }]);
  return { ...output, name };
}

/** Adds the place of an output to the paths of its errors. */
async function placed<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const details = error.details?.map(({ path, message }) => ({ path: pathIn(index, path), message }));
    const sentence = `Output ${index + 1} is not valid. ${error.message}`;
    throw new AppError(error.code, sentence, { ...(details && { details }), cause: error });
  }
}

/** Of one output, the format has another name, and a name that cannot be stored is a file name. */
function pathIn(index: number, path: string): string {
  return `outputs.${index}.${OWN_PATHS.get(path) ?? path}`;
}

const OWN_PATHS: ReadonlyMap<string, string> = new Map([
  ['newFormat', 'format'],
  ['filename', 'name'],
]);

function problemOf({ path, message }: { path: PropertyKey[]; message: string }): FieldProblem {
  return { path: ['outputs', ...path].join('.'), message };
}

function invalid(details: FieldProblem[]): AppError {
  const sentence = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new AppError('invalid_request', `The request is not valid. ${sentence}.`, { details });
}
