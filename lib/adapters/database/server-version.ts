import pg from 'pg';
import { AppError } from '../../runtime/errors.ts';

/**
 * Version of the PostgreSQL server at a postgres:// URL, as `SHOW server_version` returns it.
 * Throws `unavailable` if it does not answer within 5 s.
 */
export async function serverVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? '';
  } catch (cause) {
    const sentence =
      'The database of DATABASE_URL does not answer. Check that it runs and that the URL is right.';
    throw new AppError('unavailable', sentence, { cause });
  } finally {
    await client.end();
  }
}
