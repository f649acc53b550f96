import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import sinon from 'sinon';
import { createPolledChanges } from '../../lib/adapters/database/polled-task-changes.ts';
import { openDatabaseStores, type Stores } from '../../lib/app/open-database.ts';
import { loadConfig } from '../../lib/config/config.ts';
import type { Lease } from '../../lib/ports/leases.ts';
import type { ClaimedTransfer } from '../../lib/ports/transfers.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { testDatabase } from '../support/database.ts';
import { insertManyDeliveries, insertManyTasks } from '../support/many-tasks.ts';
import { MEDIA } from '../support/media.ts';
import { until } from '../support/until.ts';

const TASKS = 60_000;

/** Blocks of 8 KiB that a statement may touch, those of the catalog among them; the table of tasks has 2,800. */
const BLOCKS = 1000;

/** Tables of a few rows, which PostgreSQL reads as a whole whatever indexes they have. */
const SMALL = new Set([
  'groups',
  'user_limits',
  'invitations',
  'housekeeping_jobs',
  'stored_bytes',
  'api_keys',
  'presets',
  'task_changes',
]);

const LEASE: Lease = { taskId: 1, revision: 1, attempt: 0 };
const HASHES = { crc32c: 'AAAAAA==' };
const FAILURE = { code: 'damaged', message: 'x' } as const;
const COVER = { mimeType: 'image/png', width: 1, height: 1, size: 1, sha256: 'a'.repeat(64) };
const OUTPUT = { format: 'ogg', options: {} };
const OWNER = { userId: 1, email: 'user1@example.org' };
const FILE = { name: 'a.wav', originalExt: 'wav', requestedOutput: OUTPUT, declaredSize: 10 };
const PERSON = { name: 'Ann', email: 'ann@example.org', passwordHash: 'x' };
const WRITER = randomUUID();
const NOW = new Date();
const WAITING = { ...FILE, userId: 1, uploadExpiresAt: NOW };
const CHANGED = { userId: 1, after: 100, limit: 20 };
const KEY = { userId: 1, keyHash: 'hash' };
const CLAIM = { ...KEY, claim: WRITER };
const WEBHOOK = {
  userId: 1,
  url: 'https://example.com/',
  events: ['task.failed'],
  secret: 'whsec_',
} as const;
const OUTCOME = { status: 200, answer: '', error: null, seconds: 1 };
const CLAIMED = {
  ...{ id: 1, claim: 0, webhookId: 1, userId: 1, host: 'example.com', url: WEBHOOK.url, messageId: 'msg_1' },
  ...{ body: '', traceparent: null, tries: 0, secrets: [] },
};
const TOKEN = { hash: randomUUID(), family: randomUUID(), userId: 1, expiresAt: NOW };

const TRANSFER = {
  kind: 'delivery',
  task: { id: 104 },
  url: 'https://example.org',
  claim: 0,
  tries: 1,
} as ClaimedTransfer;

/** A call of each method of each store, so that its statements are seen. Tasks 1 to 7 have every state. */
function callsOf({
  tasks,
  batches,
  albums,
  taskResults,
  changedTasks,
  leases,
  retention,
  uploads,
  transfers,
  receivedBytes,
  users,
  refreshTokens,
  apiKeys,
  presets,
  webhooks,
  deliveries,
  pendingDeliveries,
  idempotency,
  rateLimits,
  usage,
  queueState,
  userLimits,
  groups,
  invitations,
  administration,
  housekeeping,
  firstGenerationImport,
}: Stores): Calls {
  return {
    tasks: {
      create: () => tasks.create(WAITING),
      findRequested: () => tasks.findRequested(WRITER),
      markUploaded: () => tasks.markUploaded(2, HASHES),
      find: () => tasks.find(1),
      findAll: () => tasks.findAll(new Set(Array.from({ length: 100 }, (_, index) => 500 * index))),
      usage: () => tasks.usage(1),
      show: () => tasks.show(OWNER, 1),
      list: async () => {
        for (const descending of [true, false])
          for (const filter of [
            {},
            { after: 30_000 },
            { state: 'FAILED' as const },
            { state: 'FAILED' as const, after: 30_000 },
            { batchId: 7 },
            { batchId: 7, state: 'FAILED' as const },
            { batchId: 7, after: 30_000 },
            { name: 'nobody has it' },
            { name: 'sound 9', after: 30_000 },
            { name: 'sound 9', state: 'FAILED' as const },
            { format: 'flac' },
            { format: 'mp3', state: 'FAILED' as const, name: 'sound' },
          ])
            await tasks.list(OWNER, { limit: 20, descending, ...filter });
        for (const [order, afterValue] of [
          ['name', 'sound 300.wav'],
          ['state', 'FAILED'],
          ['size', 1],
        ] as const)
          for (const filter of [
            {},
            { name: 'nobody has it' },
            { format: 'flac' },
            { state: 'FAILED' as const },
          ])
            for (const place of [{}, { after: 30_000, afterValue }])
              await tasks.list(OWNER, { limit: 20, descending: true, order, ...filter, ...place });
      },
      change: () => tasks.change(5, 7, OUTPUT),
      setCover: () => tasks.setCover(5, 7, COVER),
      remove: () => tasks.remove(6, 8),
    },
    retention: {
      assign: () => retention.assign(100),
      tell: () => retention.tell(100),
      expire: () => retention.expire(100),
      clear: () => retention.clear(100),
      keep: async () => {
        const task = await tasks.find(1);
        return task && retention.keep(task, new Date());
      },
    },
    batches: {
      findRequested: () => batches.findRequested(WRITER),
      create: () => batches.create({ userId: 1, name: 'a', tasks: [WAITING, WAITING] }),
      find: () => batches.find({ id: 7, userId: 1 }),
      list: async () => {
        await batches.list(1, { limit: 20 });
        await batches.list(1, { limit: 20, before: 1000 });
      },
      hide: () => batches.hide({ id: 7, userId: 1 }),
      taskIds: () => batches.taskIds(7, 100),
      delete: () => batches.delete({ id: 7, userId: 1 }),
      hidden: () => batches.hidden(60, 10),
    },
    albums: {
      tracks: () => albums.tracks(7),
      level: () => albums.level(7, 'channels'),
      keepLevel: () => albums.keepLevel(7, 'channels', null),
    },
    taskResults: {
      ofBatch: () => taskResults.ofBatch(1, 7),
      ofTasks: () => taskResults.ofTasks(1, [1, 2, 3]),
    },
    changedTasks: {
      last: () => changedTasks.last(),
      find: () => changedTasks.find(1, 1),
      after: async () => {
        for (const batchId of [undefined, 7]) await changedTasks.after({ ...CHANGED, batchId });
      },
      unfinished: async () => {
        for (const batchId of [undefined, 7]) await changedTasks.unfinished({ ...CHANGED, batchId });
      },
    },
    leases: {
      claim: async () => {
        for (const taskId of [3, 103, 1, 7]) await leases.claim({ taskId, revision: 1 }, 'worker');
      },
      heartbeat: () => leases.heartbeat({ ...LEASE, taskId: 3 }, 0.5),
      finish: () =>
        leases.finish(LEASE, MEDIA, { key: 'k', size: 1, media: MEDIA, warnings: [], adaptations: [] }),
      fail: () => leases.fail(LEASE, FAILURE, null),
      release: () => leases.release({ ...LEASE, taskId: 3 }),
      postpone: () => leases.postpone({ ...LEASE, taskId: 103 }, 60),
      releaseAll: () => leases.releaseAll('worker'),
    },
    uploads: {
      recordSession: () => uploads.recordSession(1002, 'session'),
      refuse: () => uploads.refuse(1002, { code: 'too_large', message: 'x' }),
      abandon: () => uploads.abandon(2002),
      sessionsToCancel: () => uploads.sessionsToCancel(),
      markCancelled: () => uploads.markCancelled(2002),
      hasEnded: () => uploads.hasEnded(2002),
    },
    transfers: {
      claim: () => transfers.claim('worker', { most: 8, perUser: 4, seconds: 60 }),
      heartbeat: () => transfers.heartbeat(TRANSFER, 60, { received: 1, size: 2 }),
      rename: () => transfers.rename(5002, 'b.wav', 'wav'),
      postpone: () => transfers.postpone(TRANSFER, 60),
      handBack: () => transfers.handBack(TRANSFER),
      handBackAll: () => transfers.handBackAll('another worker'),
      end: () => transfers.end(TRANSFER, { at: NOW.toISOString(), status: 200, error: null }),
      begin: () => transfers.begin([1, 2]),
      dueTasks: () => transfers.dueTasks(100),
    },
    receivedBytes: {
      describeFile: () => receivedBytes.describeFile(3002, { ...FILE, checksums: HASHES }),
      find: () => receivedBytes.find(3002),
      claimWriter: () => receivedBytes.claimWriter(3002, WRITER, {}, NOW.toISOString()),
      addBytes: () => receivedBytes.addBytes(3002, WRITER, 10, async () => undefined),
      rewind: () => receivedBytes.rewind(3002, WRITER, 0),
      findWriters: () => receivedBytes.findWriters([1, 2, 3]),
    },
    users: {
      create: () => users.create(PERSON),
      checkFree: () => users.checkFree({ name: 'free', email: 'free@example.org' }),
      findByEmail: () => users.findByEmail('user1@example.org'),
      find: () => users.find(1),
      exists: () => users.exists(1),
      change: () =>
        users.change({ id: 1, passwordHash: 'x' }, { ...PERSON, name: 'new', email: 'new@example.org' }),
      prove: () => users.prove('user1@example.org'),
      remove: () => users.remove(9),
      endedSessions: () => users.endedSessions(3600),
    },
    refreshTokens: {
      add: () => refreshTokens.add(TOKEN),
      withFamily: () =>
        refreshTokens.withFamily(TOKEN.hash, async (family) => {
          await family.find(TOKEN.hash);
          await family.replace(TOKEN.hash, { at: NOW, salt: 's' }, { ...TOKEN, hash: randomUUID() });
          await family.revoke();
        }),
    },
    apiKeys: {
      add: () => apiKeys.add({ userId: 1, name: 'key', scopes: [], expiresAt: null, hash: 'hash' }, 10),
      list: () => apiKeys.list(1),
      find: () => apiKeys.find('hash'),
      touch: () => apiKeys.touch(1, NOW),
      remove: () => apiKeys.remove(1, 1),
    },
    presets: {
      add: () => presets.add(1, { ...OUTPUT, name: 'mine' }, 10),
      list: () => presets.list(1),
      find: async () => [await presets.find(1, 'mine'), await presets.find(1, 1)],
      change: () => presets.change(1, 1, { ...OUTPUT, name: 'other' }),
      remove: () => presets.remove(1, 1),
    },
    usage: {
      countTasks: () => usage.countTasks(1, 'UPLOADED', 1000),
      storedBytes: () => usage.storedBytes(1),
    },
    queueState: { read: () => queueState.read(), deliveries: () => queueState.deliveries() },
    userLimits: {
      change: () => userLimits.change(1, { groupId: null, limits: {} }),
      find: () => userLimits.find(1),
    },
    groups: {
      add: () => groups.add({ name: 'students', limits: {} }, 10),
      list: () => groups.list(),
      change: () => groups.change(1, { name: 'pupils' }),
      remove: () => groups.remove(2),
    },
    invitations: {
      add: () => invitations.add({ hash: 'hash', email: null, groupId: null, expiresAt: NOW }, 10),
      list: () => invitations.list(20),
      find: () => invitations.find('hash', 'x@example.org'),
      remove: () => invitations.remove(2),
    },
    administration: {
      users: () => administration.users({ limit: 20, after: 100, search: 'user 2' }),
      find: () => administration.find(5),
      setSuspended: () => administration.setSuspended(9, true),
      queue: () => administration.queue(20),
      failures: () => administration.failures(1),
    },
    rateLimits: {
      limiter: async () => {
        const limiter = rateLimits.limiter({ name: 'requests', quota: 10, seconds: 60 });
        await limiter.consume('1', 1);
        await limiter.giveBack('1', 1);
        await limiter.peek('1');
      },
    },
    webhooks: {
      add: () => webhooks.add(WEBHOOK, 100_000, WRITER),
      addFor: async () => {
        await webhooks.addFor({ taskId: 1, batchId: null }, WEBHOOK);
        await webhooks.addFor({ taskId: null, batchId: 1 }, WEBHOOK);
      },
      list: () => webhooks.list(1),
      find: () => webhooks.find(1, 1),
      change: () => webhooks.change(1, 1, { url: WEBHOOK.url, events: [], enabled: true }),
      rotate: () => webhooks.rotate(1, 1, 'whsec_', 1),
      remove: () => webhooks.remove(1, 2),
    },
    deliveries: {
      list: () => deliveries.list(1, { limit: 20, before: 1000 }),
      addTest: () => deliveries.addTest(1, 1_000_000),
      replay: () => deliveries.replay(1, 1),
    },
    pendingDeliveries: {
      claim: () =>
        pendingDeliveries.claim(
          { all: 10, perHost: 1, perUser: 5 },
          { hosts: { a: 1 }, users: { 1: 1 } },
          30,
        ),
      record: async () => {
        for (const next of [1, 'delivered', 'failed', 'gone'] as const)
          await pendingDeliveries.record(CLAIMED, OUTCOME, next);
      },
      handBack: () => pendingDeliveries.handBack(CLAIMED),
      isDue: () => pendingDeliveries.isDue(),
      disableFlooded: () => pendingDeliveries.disableFlooded(10_000),
      removeOld: () => pendingDeliveries.removeOld(7, 100),
    },
    idempotency: {
      claim: async () => {
        await idempotency.claim({ ...KEY, route: 'POST /', fingerprint: 'f' }, 60);
        await idempotency.claim({ ...KEY, route: 'PUT /', fingerprint: 'f' }, 60);
      },
      renew: () => idempotency.renew(CLAIM, 60),
      bind: () => idempotency.bind(CLAIM, 'f'),
      finish: () => idempotency.finish(CLAIM, Buffer.from('x')),
      release: () => idempotency.release(CLAIM, true),
    },
    housekeeping: {
      enqueueAgain: () => housekeeping.enqueueAgain(60),
      giveUp: async () => {
        await housekeeping.giveUp();
        await housekeeping.giveUp(1);
      },
      overdueUploads: () => housekeeping.overdueUploads(),
      forgetUploads: () => housekeeping.forgetUploads(),
      removeExpiredTokens: () => housekeeping.removeExpiredTokens(),
      removeExpiredKeys: () => housekeeping.removeExpiredKeys(),
      removeEndedRateLimits: () => housekeeping.removeEndedRateLimits(),
      claimJob: () => housekeeping.claimJob('job', 1),
      position: () => housekeeping.position('job'),
      setPosition: () => housekeeping.setPosition('job', 'x'),
    },
    firstGenerationImport: {
      isNameTaken: () => firstGenerationImport.isNameTaken('user 1'),
      addTask: () =>
        firstGenerationImport.addTask({
          id: TASKS + 1000,
          userId: 1,
          name: 'a',
          originalExt: 'wav',
          format: 'mp3',
          state: 'UPLOADED',
          createdAt: NOW,
          media: null,
          result: null,
        }),
      moveSequence: () => firstGenerationImport.moveSequence(),
    },
  };
}

type StoreName = Exclude<
  keyof Stores,
  | 'queue'
  | 'deliverySignals'
  | 'deliveryWakeUps'
  | 'transferWakeUps'
  | 'taskChanges'
  | 'pool'
  | 'check'
  | 'close'
>;

type Calls = { [Name in StoreName]: { [Method in keyof Stores[Name]]: () => unknown } };

interface Statement {
  text: string;
  values: unknown[];
}

/** Parts of a plan in PostgreSQL's JSON that this test reads. */
interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Plan[];
}

describe('Each query of the stores, with many tasks', function () {
  this.timeout(120_000);
  const database = testDatabase();
  let stores: Stores;
  let statements: Statement[];

  before(async () => {
    await insertManyTasks(database.knex(), { tasks: TASKS, ofOne: TASKS / 10 });
    await database.knex().raw(
      `insert into rate_limits select 'of:' || n, 1, 9000000000000 - n from generate_series(1, 20000) n;
       analyze rate_limits`,
    );
    await insertManyDeliveries(database.knex());
    const config = loadConfig({ DATABASE: 'url', DATABASE_URL: database.url(), NFS_ORIGINALS: '/a' }, 'vm');
    stores = await openDatabaseStores(config, silentLog, { seconds: 60, attempts: 5 }, async () => {
      throw new TypeError('the database is there');
    });
    const seen = sinon.spy(pg.Client.prototype, 'query');
    try {
      for (const calls of Object.values(callsOf(stores)))
        for (const call of Object.values(calls)) await call();
      const changes = createPolledChanges(database.knex(), silentLog);
      await changes.listen(1, {
        onChange: () => undefined,
        onGap: () => undefined,
        onWebhookDisabled: () => undefined,
      });
      await until(() =>
        statementsOf(seen).some(({ text }) => text.includes('"disabled_reason" is not null')),
      );
      await changes.close();
      statements = statementsOf(seen);
    } finally {
      seen.restore();
    }
  });
  after(() => stores?.close());

  it('finds its rows by an index, and touches few blocks', async () => {
    assert.ok(statements.length > 40, `${statements.length} statements`);
    const slow: string[] = [];
    for (const statement of statements) {
      const plan = await explain(statement);
      const scanned = nodes(plan)
        .filter((node) => node['Node Type'] === 'Seq Scan' && isLarge(node['Relation Name'] ?? ''))
        .map((node) => node['Relation Name']);
      const blocks = (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
      if (scanned.length > 0 || blocks > BLOCKS)
        slow.push(`${blocks} blocks, scans ${scanned}: ${statement.text}`);
    }
    assert.deepEqual(slow, []);
  });

  /** Runs a statement, and takes its changes back. */
  async function explain({ text, values }: Statement): Promise<Plan> {
    const client = new pg.Client({ connectionString: database.url() });
    await client.connect();
    try {
      await client.query('begin');
      // A second insert of the same row fails.
      const options = /^\s*insert/i.test(text) ? 'format json' : 'analyze, buffers, format json';
      const { rows } = await client.query(`explain (${options}) ${text}`, values);
      return rows[0]['QUERY PLAN'][0].Plan;
    } finally {
      await client.end();
    }
  }
});

/** Statements on the tables of the stores; the queue's own tables have indexes of pg-boss. */
function statementsOf(seen: sinon.SinonSpy): Statement[] {
  const statements = seen.args.map(([query, values]) => ({
    text: String(typeof query === 'string' ? query : query.text),
    values: (typeof query === 'string' ? values : query.values) ?? [],
  }));
  const distinct = new Map(statements.map((statement) => [statement.text, statement]));
  return [...distinct.values()].filter(({ text }) => EXPLAINED.test(text) && !text.includes('pgboss'));
}

const EXPLAINED = /^\s*(select|insert|update|delete|with)\b/i;

function isLarge(relation: string): boolean {
  return !SMALL.has(relation) && !relation.startsWith('pg_');
}

function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}
