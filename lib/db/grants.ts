import pg from 'pg';
import { clientConfig, type DatabaseAddress } from './database.ts';

/** Schemas of the rows and of the queue. */
const SCHEMAS = 'public, pgboss';

/** Those that open hostile files: they never read a password's hash. */
const CONVERTING: ReadonlySet<string> = new Set(['convert', 'worker']);

/**
 * Lets logins read and write what migrations made; they own nothing, and can change no table's form.
 * Granting again does no harm.
 * @param logins names in the database by what each is: a function, `api` or `worker`
 */
export async function grant(
  address: DatabaseAddress,
  logins: Readonly<Record<string, string>>,
): Promise<void> {
  const client = new pg.Client({ ...clientConfig(address), application_name: 'tonemill-migrate' });
  await client.connect();
  try {
    await client.query('begin');
    for (const [role, login] of Object.entries(logins)) {
      for (const statement of statements(role, client.escapeIdentifier(login))) await client.query(statement);
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}

function statements(role: string, login: string): string[] {
  return [
    `grant usage on schema ${SCHEMAS} to ${login}`,
    `grant select, insert, update, delete on all tables in schema ${SCHEMAS} to ${login}`,
    `grant usage on all sequences in schema ${SCHEMAS} to ${login}`,
    `grant execute on all functions in schema ${SCHEMAS} to ${login}`,
    `revoke insert, update, delete on migrations, migrations_lock from ${login}`,
    ...(CONVERTING.has(role) ? [`revoke all on users from ${login}`] : []),
  ];
}
