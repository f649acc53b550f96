import { wantsAlbum } from '../ports/albums.ts';
import type { RequestedOutputs, TaskOptions } from '../ports/tasks.ts';
import { AppError, type FieldProblem } from '../runtime/errors.ts';

const EXPECTED = 'expected a task of a batch, whose tasks are the album: POST /api/batches makes one';

/** Throws `invalid_request` for a task that asks for its album and belongs to no batch. */
export function mustHaveAlbum({ outputs, ...one }: RequestedOutputs, inBatch: boolean): void {
  if (inBatch) return;
  const details = (outputs ?? [one]).flatMap((output, index): FieldProblem[] => {
    if (!wantsAlbum(output)) return [];
    const before = outputs ? `outputs.${index}.` : '';
    return [{ path: `${before}options.${nameIn(output.options)}`, message: EXPECTED }];
  });
  const [first] = details;
  if (!first) return;
  throw new AppError('invalid_request', `The options are not valid. ${first.path}: ${EXPECTED}.`, {
    details,
  });
}

function nameIn({ replayGain }: TaskOptions): string {
  return replayGain === 'album' ? 'replayGain' : 'loudness.scope';
}
