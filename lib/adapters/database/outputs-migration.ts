import type { Knex } from 'knex';
import { bytesOf, countStoredBytes } from './limits-migration.ts';

/** Bytes of the original and all results. A sum over no rows is null, as is the list of a single result. */
const allBytesOf = (row: string) => `(${bytesOf(row)} + coalesce((select sum((further ->> 'size')::bigint)
  from jsonb_array_elements(${row}.result -> 'more') further), 0))`;

/** Several requested outputs of one task. Results after the first one are in `result.more`, and count as stored bytes. */
export async function createOutputs(knex: Knex): Promise<void> {
  await knex.raw('alter table tasks add column outputs jsonb');
  await countStoredBytes(knex, allBytesOf);
}

/** Takes the migration back. */
export async function dropOutputs(knex: Knex): Promise<void> {
  await countStoredBytes(knex, bytesOf);
  await knex.raw('alter table tasks drop column outputs');
}
