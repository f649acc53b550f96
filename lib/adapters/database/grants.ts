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

/** Columns of a transfer that the trigger of its task changes; its `url` is a secret. */
const TRANSFER_STATE = 'task_id, kind, claim, worker, tries, due_at';

/** Roles that read the addresses of transfers, or write them. */
const TRANSFERRING: ReadonlySet<string> = new Set(['tasks', 'transfer', 'api', 'worker']);

/** Columns of a task that an attempt changes. */
const ATTEMPT = `state, attempt, worker, lease_until, enqueued_at, progress, fault, media, result, error,
  started_at, finished_at, expires_at, expiry_told_at`;

/** Rights of roles that have no other, by table. The function `convert` runs programs on files of users. */
const EXACTLY: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map<
  string,
  Record<string, string>
>([
  // Checks whether the database answers, and reads no table.
  ['site', {}],
  [
    'convert',
    {
      tasks: `select, update (${ATTEMPT})`,
      batches: 'select (id, album), update (album)',
      transfers: `select (${TRANSFER_STATE}), update (claim, worker, tries, due_at)`,
      stored_bytes: 'select, insert, update',
      rate_limits: 'select, insert, update',
      user_limits: 'select',
      groups: 'select',
      migrations: 'select',
    },
  ],
]);

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
  const exact = EXACTLY.get(role);
  const nothing = ['tables', 'sequences'].map(
    (all) => `revoke all on all ${all} in schema ${SCHEMAS} from ${login}`,
  );
  if (exact) {
    return [
      ...nothing,
      `revoke all on schema ${SCHEMAS} from ${login}`,
      `grant usage on schema public to ${login}`,
      ...(role === 'site' ? [] : [`grant usage on sequence task_changes to ${login}`]),
      ...Object.entries(exact).map(([table, rights]) => `grant ${rights} on ${table} to ${login}`),
    ];
  }
  const hidden = Object.entries(ONLY_FOR).filter(([, roles]) => !roles.has(role));
  return [
    ...nothing,
    `grant usage on schema ${SCHEMAS} to ${login}`,
    `grant select, insert, update, delete on all tables in schema ${SCHEMAS} to ${login}`,
    `grant usage on all sequences in schema ${SCHEMAS} to ${login}`,
    `grant execute on all functions in schema ${SCHEMAS} to ${login}`,
    `revoke insert, update, delete on migrations, migrations_lock from ${login}`,
    ...hidden.map(([table]) => `revoke all on ${table} from ${login}`),
    ...(TRANSFERRING.has(role) ? [] : stateOfTransfers(login)),
  ];
}

/** Every change of a task may change when its transfers are due. */
function stateOfTransfers(login: string): string[] {
  return [
    `revoke all on transfers from ${login}`,
    `grant select (${TRANSFER_STATE}), update (claim, worker, tries, due_at) on transfers to ${login}`,
  ];
}
