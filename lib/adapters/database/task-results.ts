import type { Knex } from 'knex';
import type { TaskResult, TaskResultStore } from '../../ports/task-results.ts';
import type { TaskState } from '../../ports/tasks.ts';

interface ResultRow {
  id: number;
  name: string;
  format: string;
  state: TaskState;
  error: string | null;
  key: string | null;
  /** PostgreSQL's bigint, as text. */
  size: string | null;
  at: Date;
  result_name: string | null;
  part_name: string | null;
  more: { key: string; name: string; size: number }[] | null;
}

/** Reads few members of the JSON columns: media information of thousands of tasks would take a hundred times the memory. */
const COLUMNS = `id, name, format, state, error->>'message' as error, result->>'key' as key,
  (result->>'size')::bigint as size, coalesce(finished_at, created_at) as at,
  outputs->0->>'name' as result_name, result->>'name' as part_name,
  (select jsonb_agg(jsonb_build_object('key', one->'key', 'name', one->'name', 'size', one->'size') order by number)
    from jsonb_array_elements(result->'more') with ordinality further (one, number)) as more`;

export function createTaskResultStore(knex: Knex): TaskResultStore {
  const rows = async (userId: number, condition: string, value: number | number[]) => {
    const query = knex('tasks').where({ user_id: userId }).whereRaw(condition, [value]).orderBy('id');
    return (await query.select<ResultRow[]>(knex.raw(COLUMNS))).map(toResult);
  };
  return {
    ofBatch: (userId, batchId) => rows(userId, 'batch_id = ?', batchId),
    ofTasks: (userId, ids) => rows(userId, 'id = any(?)', [...ids]),
  };
}

function toResult({
  key,
  size,
  at,
  result_name: resultName,
  part_name: partName,
  more,
  ...row
}: ResultRow): TaskResult {
  const file = row.state === 'PROCESSED' && key !== null ? { key, size: Number(size), at } : null;
  if (!file) return { ...row, file };
  const names = { ...(resultName !== null && { resultName }), ...(partName !== null && { partName }) };
  return { ...row, file, ...names, ...(more && { more }) };
}
