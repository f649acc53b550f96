import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { AuthTypes, IpAddressTypes } from '@google-cloud/cloud-sql-connector';
import { stub } from 'sinon';
import { cloudSqlAddress } from '../../../../lib/adapters/database/cloudsql.ts';
import { migrate, openDatabase } from '../../../../lib/adapters/database/connection.ts';
import { createPostgresQueue } from '../../../../lib/adapters/queue/postgres.ts';
import { silentLog } from '../../../../lib/runtime/log.ts';
import { testDatabase } from '../../../support/database.ts';

/** Google's connector can't be reached here; what it answers can: a stream to a real PostgreSQL. */
describe('Cloud SQL', () => {
  const database = testDatabase();
  const INSTANCE = 'project:region:name';

  /** This PostgreSQL asks for a password, which Cloud SQL does not where an account logs in by IAM. */
  before(() => {
    process.env.PGPASSWORD = new URL(database.url()).password;
  });
  after(() => {
    delete process.env.PGPASSWORD;
  });

  for (const address of ['PRIVATE', 'PUBLIC'] as const) {
    it(`is asked for by IAM at its ${address.toLowerCase()} address, and serves pool, migrations and queue`, async () => {
      const { hostname, port, pathname, username } = new URL(database.url());
      const getOptions = stub().resolves({ stream: () => connected(Number(port), hostname) });
      const user = decodeURIComponent(username);
      const found = await cloudSqlAddress(
        { getOptions },
        { instance: INSTANCE, name: pathname.slice(1), user, address },
      );
      assert.deepEqual(getOptions.args, [
        [
          {
            instanceConnectionName: INSTANCE,
            ipType: IpAddressTypes[address],
            authType: AuthTypes.IAM,
          },
        ],
      ]);
      await migrate(found);
      const knex = openDatabase(found, 2);
      const queue = await createPostgresQueue({
        address: found,
        pool: 2,
        jobSeconds: 60,
        pollSeconds: 10,
        log: silentLog,
      });
      try {
        const { rows } = await knex.raw('select current_database() as name');
        assert.equal(rows[0].name, pathname.slice(1));
        await queue.check();
      } finally {
        await queue.close();
        await knex.destroy();
      }
    });
  }
});

/** Connects by itself, whatever pg tells it to connect to; so do the connector's sockets. */
function connected(port: number, host: string): Socket {
  const socket = connect(port, host);
  return Object.assign(socket, { connect: () => socket });
}
