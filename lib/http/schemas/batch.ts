import { z } from '@hono/zod-openapi';
import { type Batch, hasEnded } from '../../ports/batches.ts';
import { TASK_STATES } from '../../ports/tasks.ts';

/** Shape of a batch. */
export const BATCH = z
  .object({
    id: z.int(),
    name: z.string().nullable(),
    createdAt: z.iso.datetime(),
    total: z.int().openapi({ description: 'Number of its tasks.' }),
    states: z.partialRecord(z.enum(TASK_STATES), z.int()).openapi({
      description: 'Number of its tasks by state.',
      example: { PROCESSING: 1, PROCESSED: 2 },
    }),
    progress: z.number().openapi({
      description: '0 to 1, the mean of its tasks; a task that has ended counts as 1.',
    }),
    ended: z.boolean().openapi({ description: 'Whether all of its tasks are PROCESSED, FAILED or EXPIRED.' }),
  })
  .openapi('Batch');

/** A batch as the API shows it. */
export function batchJson({ id, name, createdAt, states, progress }: Batch): z.input<typeof BATCH> {
  const total = Object.values(states).reduce((sum, count) => sum + count, 0);
  const ended = hasEnded({ states });
  return { id, name, createdAt: createdAt.toISOString(), total, states, progress, ended };
}
