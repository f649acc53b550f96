import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** A planned change of a resource. Actions: no-op, create, update, delete. */
const CHANGE = z
  .object({
    address: z.string(),
    type: z.string(),
    change: z.object({ actions: z.array(z.string()), before: z.unknown(), after: z.unknown() }),
  })
  .transform(({ address, type, change }) => ({ address, type, ...change }));

export type Change = z.output<typeof CHANGE>;

/** A line of `terraform test -json -verbose` for a run with `command = plan`. */
const PLAN = z.object({
  type: z.literal('test_plan'),
  test_plan: z.object({ resource_changes: z.array(CHANGE) }),
});

export const HOLDS_DATA: ReadonlySet<string> = new Set([
  'google_secret_manager_secret',
  'google_sql_database',
  'google_sql_database_instance',
  'google_storage_bucket',
]);

/** Arguments that Google changes on an existing resource. https://cloud.google.com/sql/docs/postgres/instance-settings */
export const CHANGED_IN_PLACE: ReadonlySet<string> = new Set([
  'settings.0.tier',
  'settings.0.availability_type',
  'settings.0.database_flags',
  'cors.0.origin',
]);

/** Changes of the one plan in the output of `terraform test -json -verbose`. */
export function plannedChanges(output: string): Change[] {
  const lines = output.trim().split('\n');
  const plans = lines.flatMap((line) => PLAN.safeParse(JSON.parse(line)).data ?? []);
  assert.equal(plans.length, 1);
  return plans.flatMap(({ test_plan }) => test_plan.resource_changes);
}

/** Paths of the values that differ; a list of scalars or of flags counts as one value. */
export function changedPaths(before: unknown, after: unknown, path = ''): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isNested(before) || !isNested(after) || WHOLE.test(path)) return [path];
  const [left, right] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name) =>
    changedPaths(left.get(name), right.get(name), path === '' ? name : `${path}.${name}`),
  );
}

const WHOLE = /(?:^|\.)(?:database_flags|origin)$/;

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
