import { join } from 'node:path';
import type { PlannedPart } from '../audio/engine/split.ts';
import type { EffectiveOptions } from '../audio/formats/effective-options.ts';
import { MOST_PARTS } from '../audio/formats/split-option.ts';
import { AppError, isFailure } from '../runtime/errors.ts';
import { stem } from '../tasks/object-keys.ts';
import { partKey } from '../tasks/part-files.ts';
import { partNames } from '../tasks/part-names.ts';
import type { Attempt } from './attempt.ts';
import { type Material, makeResult, type ResultDependencies, type StoredResult } from './make-results.ts';

/** Tries with more parts, if one is larger than asked. */
const MOST_TRIES = 6;

/**
 * Makes and stores the parts of an original one after another. If one is larger than `split.maxBytes`, all are made again, and
 * more of them. Throws as `AudioEngine.split` and `AudioEngine.convert`, and if the lease is lost.
 */
export async function* makeParts(
  parts: ResultDependencies,
  attempt: Attempt,
  material: Material,
): AsyncGenerator<StoredResult> {
  const [{ options } = missing()] = attempt.outputs;
  const { split } = options.options;
  const maxBytes = typeof split === 'object' && 'maxBytes' in split ? split.maxBytes : undefined;
  let count = maxBytes === undefined ? 1 : await firstCount(parts, attempt, material, options);
  for (let tries = 1; ; tries++) {
    if (maxBytes !== undefined && (count > MOST_PARTS || tries > MOST_TRIES)) throw tooSmall(maxBytes);
    const { input, probed } = { input: material.opened.source, probed: material.opened.probed };
    const planned = await parts.engine.split({ input, probed, options, count, signal: attempt.abort.signal });
    const stored = await makeEach(parts, attempt, material, planned, maxBytes);
    if (Array.isArray(stored)) {
      yield* stored;
      return;
    }
    count = Math.max(count + 1, Math.ceil(count * stored.excess));
  }
}

/** A number of parts by the size that the whole is expected to have. */
async function firstCount(
  { engine }: ResultDependencies,
  { abort }: Attempt,
  { opened: { source: input, probed } }: Material,
  options: EffectiveOptions,
): Promise<number> {
  const { parts } = await engine.plan({ input, probed, options, signal: abort.signal });
  return parts ?? 1;
}

/** @returns the parts; or by how many times the first part that is too large exceeds its limit */
async function makeEach(
  parts: ResultDependencies,
  attempt: Attempt,
  material: Material,
  planned: readonly PlannedPart[],
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<StoredResult[] | { excess: number }> {
  const { task } = attempt;
  const { format } = task.requestedOutput;
  const { split } = attempt.outputs[0]?.options.options ?? {};
  const pattern = typeof split === 'object' ? split.name : undefined;
  const [extension = format] = planned.map(({ options }) => options.format.extension);
  const names = partNames(pattern, planned, stem(task.name), extension);
  const stored: StoredResult[] = [];
  let done = 0;
  for (const [index, part] of planned.entries()) {
    const name = names[index] ?? '';
    const made = await ofPart(part, name, () =>
      makeResult(parts, attempt, material, {
        ...{ key: partKey(task, part.number), name, format, options: part.options, level: part.level },
        file: join(material.folder, `part.${extension}`),
        waveform: false,
        onProgress(fraction) {
          attempt.progress = Math.max(attempt.progress, Math.min(1, done + fraction * part.share));
        },
      }),
    );
    if (made.size > maxBytes) return { excess: made.size / maxBytes };
    done += part.share;
    const own = made.adaptations.filter(({ code }) => code !== 'between_packets');
    stored.push({ ...made, adaptations: [...part.adaptations, ...own] });
  }
  return stored;
}

async function ofPart<T>({ number }: PlannedPart, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new AppError(error.code, `Part ${number} (${name}): ${error.message}`, { cause: error });
  }
}

function missing(): never {
  throw new TypeError('an attempt has at least one output');
}

function tooSmall(maxBytes: number): AppError {
  const sentence = `No number of parts up to ${MOST_PARTS} keeps each within ${maxBytes} bytes, with its tags and pictures: expected more bytes, or a lower bitrate.`;
  return new AppError('cannot_split', `The original cannot be split as asked. ${sentence}`);
}
