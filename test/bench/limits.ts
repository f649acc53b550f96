import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { createRateLimitStore } from '../../lib/adapters/database/rate-limits.ts';
import { createUserLimitStore } from '../../lib/adapters/database/user-limits.ts';
import { createHttp, createRouter } from '../../lib/http/router.ts';
import { createRequestLimits, type RequestLimits } from '../../lib/limits/request-limits.ts';
import { createUserLimits } from '../../lib/limits/user-limits.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { migratedDatabase, stopSharedServer } from '../support/database.ts';
import { printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';

/** Requests of one turn. */
const TURN = 1000;

/** Users who take turns, each with limits that are read from the database. */
const USERS = 100;

const QUOTAS = {
  requestsOfUser: 6000,
  requestsOfAddress: 1_000_000,
  failedLogIns: 10,
  failedLogInsOfAddress: 100,
  signUps: 100,
};

const LIMITS = {
  requests: 1_000_000,
  ...{ openUploads: 0, waitingTasks: 0, runningTasks: 0, storedBytes: 0, audioMinutes: 0, retentionDays: 0 },
  ...{ uploadBytes: 1, durationSeconds: 1, formats: null },
};

/**
 * Time of a request within the process, with the limits of its user and its address and without any, in turns. The
 * counters are those of a real PostgreSQL.
 */
export async function limits({ quick }: BenchOptions): Promise<void> {
  const knex = openDatabase(await migratedDatabase(), 5);
  const userLimits = createUserLimits(createUserLimitStore(knex), LIMITS);
  const requestLimits = createRequestLimits(createRateLimitStore(knex), QUOTAS, userLimits);
  const contestants = { without: serving(undefined), with: serving(requestLimits) };
  const times = { without: [] as number[], with: [] as number[] };
  const turns = quick ? 10 : 50;
  for (let turn = 0; turn < turns; turn++) {
    progress.step(`turn ${turn + 1} of ${turns}`);
    for (const name of ['without', 'with'] as const) times[name].push(...(await timesOf(contestants[name])));
  }
  const rows = (['without', 'with'] as const).map((name) => [
    `${name} limits`,
    ...[0.5, 0.95, 0.99, 0.999].map((part) => (quantile(times[name], part) * 1000).toFixed(1)),
  ]);
  printTable([['µs a request', 'p50', 'p95', 'p99', 'p99.9'], ...rows]);
  await knex.destroy();
  await stopSharedServer();
}

/** A service with one route that does nothing else. */
function serving(limited: RequestLimits | undefined) {
  const http = createHttp(silentLog, undefined, undefined, [], limited?.ofAddress);
  const router = createRouter();
  router.get('/api/nothing/:user', async (c) => {
    await limited?.ofUser(Number(c.req.param('user')));
    return c.body(null, 204);
  });
  http.route('/', router);
  return http;
}

/** Milliseconds of each request of a turn. */
async function timesOf(http: ReturnType<typeof serving>): Promise<number[]> {
  const times = [];
  for (let request = 0; request < TURN; request++) {
    const began = performance.now();
    await http.request(`/api/nothing/${1 + (request % USERS)}`);
    times.push(performance.now() - began);
  }
  return times;
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;
}
