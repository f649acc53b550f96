import assert from 'node:assert/strict';
import { z } from 'zod';
import { TASK, type User } from './service.ts';

const BATCH = z.strictObject({
  id: z.int(),
  name: z.string().nullable(),
  createdAt: z.iso.datetime(),
  total: z.int(),
  states: z.record(z.string(), z.int()),
  progress: z.number(),
  ended: z.boolean(),
});

const CREATED = z.object({
  batch: BATCH,
  tasks: z.array(
    z.object({
      task: TASK.extend({ batchId: z.int().nullable() }),
      upload: z.object({ url: z.url(), method: z.literal('PUT'), headers: z.record(z.string(), z.string()) }),
    }),
  ),
});

/** A new batch, as the service answers it. */
export type CreatedBatch = z.output<typeof CREATED>;

/** Posts a batch. */
export function postBatch(user: User, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return user.fetch('/api/batches', { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Announces files by their names, for a format. */
export async function createBatch(
  user: User,
  filenames: readonly string[],
  newFormat = 'mp3',
  name?: string,
): Promise<CreatedBatch> {
  const answer = await postBatch(user, {
    ...(name !== undefined && { name }),
    tasks: filenames.map((filename) => ({ filename, newFormat })),
  });
  assert.equal(answer.status, 200, answer.ok ? '' : await answer.text());
  return CREATED.parse(await answer.json());
}

/** Sends the same bytes for each task of a batch, and waits until all have ended. */
export async function fillBatch(user: User, { tasks }: CreatedBatch, bytes: Uint8Array): Promise<void> {
  for (const { upload } of tasks) {
    const { method, headers, url } = upload;
    const sent = await fetch(url, { method, headers, body: Uint8Array.from(bytes) });
    assert.equal(sent.status, 200, await sent.text());
  }
  for (const { task } of tasks) await user.settled(task.id);
}

/** The batches of a user, or one. */
export async function showBatch(user: User, id: number): Promise<z.output<typeof BATCH>> {
  return BATCH.parse(await (await user.fetch(`/api/batches/${id}`)).json());
}
