import pg from 'pg';
import { z } from 'zod';
import type { FirstGeneration } from '../../ports/first-generation.ts';
import { AppError } from '../../runtime/errors.ts';

/** Rows read at once. */
const BATCH = 500;

const USER = z.object({ email: z.string(), name: z.string().nullable(), password: z.string().nullable() });

const USERS = `select email, username as name, password from "user"
  where email collate "C" > $1 order by email collate "C" limit ${BATCH}`;

const TASK = z.object({
  id: z.int(),
  createdAt: z.date(),
  name: z.string(),
  convertedExt: z.string(),
  state: z.string(),
  email: z.string(),
});

/** A timestamp without a time zone is UTC in these tables. */
const TASKS = `select id, coalesce("timestamp"::timestamptz, now()) as "createdAt", coalesce(name, '') as name,
    coalesce("convertedExt", '') as "convertedExt", coalesce(upper(state::text), '') as state,
    coalesce("user", '') as email
  from task where id > $1 order by id limit ${BATCH}`;

/**
 * Reads the tables that the first generation's SQLAlchemy made, in one snapshot; nothing is written.
 * Throws `misconfigured` if they can't be read.
 */
export async function withFirstGeneration<T>(
  url: string,
  work: (tables: FirstGeneration) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'tonemill-move-in' });
  const query = async (sql: string, values: unknown[] = []) => {
    try {
      return (await client.query(sql, values)).rows;
    } catch (cause) {
      throw unreadable(cause);
    }
  };
  try {
    await client.connect().catch((cause: unknown) => {
      throw unreadable(cause);
    });
    await query("set timezone = 'UTC'");
    await query('begin isolation level repeatable read read only');
    return await work({
      users: () =>
        pages(
          (after) => query(USERS, [after]),
          '',
          USER,
          ({ email }) => email,
        ),
      tasks: () =>
        pages(
          (after) => query(TASKS, [after]),
          -1,
          TASK,
          ({ id }) => id,
        ),
    });
  } finally {
    await client.end();
  }
}

async function* pages<Row, Key>(
  read: (after: Key) => Promise<unknown[]>,
  first: Key,
  schema: z.ZodType<Row>,
  keyOf: (row: Row) => Key,
): AsyncGenerator<Row> {
  for (let after = first; ; ) {
    const { data: page, error } = z.array(schema).safeParse(await read(after));
    if (!page) throw unreadable(error);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < BATCH) return;
    after = keyOf(last);
  }
}

function unreadable(cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const sentence = `The tables "user" and task of the first generation can't be read at --from: ${why}`;
  return new AppError('misconfigured', sentence, { cause });
}
