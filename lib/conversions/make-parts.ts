import { join } from 'node:path';
import { makeSplit } from '../audio/engine/make-parts.ts';
import type { PlannedPart } from '../audio/engine/split.ts';
import { AppError, isFailure } from '../runtime/errors.ts';
import { stem } from '../tasks/object-keys.ts';
import { partKey } from '../tasks/part-files.ts';
import { partNames } from '../tasks/part-names.ts';
import type { Attempt } from './attempt.ts';
import { type Material, makeResult, type ResultDependencies, type StoredResult } from './make-results.ts';

/** Makes and stores the parts of an original one after another. Throws as `makeSplit`, and if the lease is lost. */
export async function* makeParts(
  parts: ResultDependencies,
  attempt: Attempt,
  material: Material,
): AsyncGenerator<StoredResult> {
  const [output] = attempt.outputs;
  if (!output) throw new TypeError('an attempt has at least one output');
  const { source: input, probed } = material.opened;
  const { split } = output.options.options;
  const pattern = typeof split === 'object' ? split.name : undefined;
  const { extension } = output.options.format;
  const request = { input, probed, options: output.options, signal: attempt.abort.signal };
  yield* await makeSplit(parts.engine, request, (part, all) => {
    const names = partNames(pattern, all, stem(attempt.task.name), extension);
    return makePart(parts, attempt, material, {
      part,
      done: before(part, all),
      name: names[part.number - 1] ?? '',
    });
  });
}

/** Share of the whole that is made when a part begins. */
function before({ number }: PlannedPart, all: readonly PlannedPart[]): number {
  return all.slice(0, number - 1).reduce((sum, { share }) => sum + share, 0);
}

interface Named {
  part: PlannedPart;
  name: string;
  done: number;
}

async function makePart(
  parts: ResultDependencies,
  attempt: Attempt,
  material: Material,
  { part, name, done }: Named,
): Promise<StoredResult> {
  const { task } = attempt;
  const { format } = task.requestedOutput;
  const wanted = {
    ...{ key: partKey(task, part.number), name, format, options: part.options, level: part.level },
    file: join(material.folder, `part.${part.options.format.extension}`),
    waveform: false,
    onProgress(fraction: number) {
      attempt.progress = Math.max(attempt.progress, Math.min(1, done + fraction * part.share));
    },
  };
  try {
    const made = await makeResult(parts, attempt, material, wanted);
    return { ...made, adaptations: withoutMoves(part, made.adaptations) };
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new AppError(error.code, `Part ${part.number} (${name}): ${error.message}`, { cause: error });
  }
}

/** The plan of a part tells how far it lies from the place that was asked for; the copy itself knows only the plan. */
function withoutMoves(
  { adaptations }: PlannedPart,
  made: StoredResult['adaptations'],
): StoredResult['adaptations'] {
  return [...adaptations, ...made.filter(({ code }) => code !== 'between_packets')];
}
