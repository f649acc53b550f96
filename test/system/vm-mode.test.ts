import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { MARKER } from '../../lib/adapters/storage/nfs-marker.ts';
import { testDatabase } from '../support/database.ts';
import { LOGINS, newDatabase, type VmDeployment, vmDeployment } from '../support/vm.ts';

describe('VM mode', function () {
  this.timeout(60_000);
  const database = testDatabase();
  let url = '';
  let vm: VmDeployment;

  before(async () => {
    url = await newDatabase(database.url(), Object.values(LOGINS));
    vm = await vmDeployment(url, LOGINS);
  });
  after(() => vm.remove());

  const refusal = async (name: string, environment: NodeJS.ProcessEnv) => {
    try {
      await vm.command(name, environment);
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    }
    throw new Error(`${name} came to an end without a complaint`);
  };

  for (const name of ['serve', 'worker']) {
    it(`refuses the embedded database in one sentence: ${name}`, async () => {
      const { DATABASE: _, ...environment } = vm.environment();
      const said = await refusal(name, environment);
      assert.equal(
        said,
        'The environment is not usable: DATABASE: expected url or cloudsql, since several machines share it.',
      );
    });
  }

  it('refuses a share that is not mounted, and says what to do', async () => {
    for (const name of ['serve', 'worker']) {
      const said = await refusal(name, vm.environment());
      assert.match(said, /is not the root of the originals: .* run npm run init-share once\.$/);
    }
  });

  it('prepares a share once', async () => {
    const said = await vm.command('init-share');
    assert.match(
      said,
      /files is now the root of the originals\.\n.*converted is now the root of the results\./,
    );
    assert.match(await vm.command('init-share'), /was already.*\n.*was already/);
    assert.equal(await readFile(join(vm.originals, MARKER), 'utf8'), 'originals\n');
    assert.equal(await readFile(join(vm.results, MARKER), 'utf8'), 'results\n');
  });

  it('refuses a database without the schema of this release, and says what to do', async () => {
    assert.match(await refusal('worker', vm.environment()), /Run npm run migrate as its owner\.$/);
  });

  it('prepares the schema, and again, and grants what each login needs', async () => {
    const environment = { ...vm.environment(), DATABASE_GRANTS: JSON.stringify(LOGINS) };
    for (const _ of [1, 2]) {
      const said = await vm.command('migrate', environment);
      assert.match(said, /The schema is up to date\.\napi: tonemill-api@project\.iam has its rights\./);
    }
    const worker = new pg.Client({ connectionString: vm.environment('worker').DATABASE_URL });
    await worker.connect();
    const query = (sql: string) => worker.query(sql).then(({ rowCount }) => rowCount);
    assert.equal(await query('select from tasks'), 0);
    for (const sql of ['select from users', 'alter table tasks add column x int', 'delete from migrations']) {
      await assert.rejects(query(sql), { code: '42501' }, sql);
    }
    await worker.end();
  });

  it('refuses to serve with secrets of its own, which no other API process would know', async () => {
    const { JWT_PRIVATE_KEYS: _, ...environment } = vm.environment('api');
    assert.match(await refusal('serve', environment), /^JWT_PRIVATE_KEYS must be set/);
  });
});
