import type { Knex } from 'knex';
import pg from 'pg';

/** Texts of a row's columns, in PostgreSQL's own form. */
export type TextRow = readonly (string | null)[];

/** Leaves every column as PostgreSQL's text. */
const AS_TEXT = { getTypeParser: () => (text: string | Buffer) => text };

/**
 * Runs a statement that each connection parses and plans once, without the query builder: for the statements that every
 * client repeats. Measured: planning and building take as long as the rest of a small query.
 * @param name one for each text, since a connection refuses a second text under a name
 */
export async function runPrepared(
  knex: Knex,
  name: string,
  text: string,
  values: unknown[],
): Promise<readonly TextRow[]> {
  const connection: unknown = await knex.client.acquireConnection();
  try {
    if (!(connection instanceof pg.Client))
      throw new TypeError('the pool has a connection of another library');
    const query = { name, text, values, rowMode: 'array' as const, types: AS_TEXT };
    const { rows } = await connection.query<(string | null)[]>(query);
    return rows;
  } finally {
    await knex.client.releaseConnection(connection);
  }
}
