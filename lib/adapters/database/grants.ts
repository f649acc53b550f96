import pg from 'pg';
import { clientConfig, type DatabaseAddress } from './connection.ts';

/** Schemas of the tables and of the queue. */
const SCHEMAS = 'public, pgboss';

/** Tables that only some roles may read: password hashes are for the roles that log users in, and for their routes. */
const ONLY_FOR: Readonly<Record<string, ReadonlySet<string>>> = {
  users: new Set(['auth', 'tasks', 'api']),
  api_keys: new Set(['auth', 'tasks', 'api']),
  presets: new Set(['tasks', 'api']),
  webhooks: new Set(['tasks', 'sweep', 'api', 'worker']),
  webhook_deliveries: new Set(['tasks', 'sweep', 'api', 'worker']),
  refresh_tokens: new Set(['auth', 'tasks', 'sweep', 'api', 'worker']),
  invitations: new Set(['auth', 'tasks', 'api']),
  rate_limits: new Set(['auth', 'tasks', 'convert', 'sweep', 'api', 'worker']),
  idempotency_keys: new Set(['auth', 'tasks', 'sweep', 'api', 'worker']),
};

/** Role that checks whether the database answers, and reads no table. */
const SITE = 'site';

/**
 * Lets logins read and write the tables of the migrations; they own nothing, and can't change a table's columns.
 * A repeated call changes nothing.
 * @param logins names in the database by role: a function, `api` or `worker`
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
  const usage = `grant usage on schema ${SCHEMAS} to ${login}`;
  const nothing = `revoke all on all tables in schema ${SCHEMAS} from ${login}`;
  if (role === SITE) return [usage, nothing];
  return [
    usage,
    nothing,
    `grant select, insert, update, delete on all tables in schema ${SCHEMAS} to ${login}`,
    `grant usage on all sequences in schema ${SCHEMAS} to ${login}`,
    `grant execute on all functions in schema ${SCHEMAS} to ${login}`,
    `revoke insert, update, delete on migrations, migrations_lock from ${login}`,
    ...Object.entries(ONLY_FOR)
      .filter(([, roles]) => !roles.has(role))
      .map(([table]) => `revoke all on ${table} from ${login}`),
  ];
}
