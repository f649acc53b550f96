import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from '../../functions/bundle/install.ts';
import { stage } from '../../functions/bundle/stage.ts';
import { createTokens } from '../../lib/accounts/tokens.ts';
import { migrate, openDatabase } from '../../lib/adapters/database/connection.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { startEmbedded } from '../../lib/adapters/embedded-postgres/shared-server.ts';
import { newSigningKeys } from '../../lib/app/secrets.ts';
import { startFunction } from '../../lib/emulate/functions-framework.ts';
import { median, printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { progress, showRound } from './progress.ts';

const ROUNDS = { whole: 7, quick: 2 };
const ROOT = join(import.meta.dirname, '..', '..');

const HELLO = `import { http } from '@google-cloud/functions-framework';
http('hello', (request, response) => response.send('hello'));
`;

/** A function, where it is, and the request that is its first. */
interface Start {
  name: string;
  source: string;
  target: string;
  path: string;
}

/**
 * From the start of functions-framework's process to the end of its first answer, as a ratio to a hello-world function:
 * from the sources, where everything is imported from its own file, and from the bundle. The database is real and one hop
 * away; Cloud Storage and Pub/Sub are configured, as in the cloud, and not called.
 */
export async function coldStart({ quick }: BenchOptions): Promise<void> {
  const rounds = quick ? ROUNDS.quick : ROUNDS.whole;
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const bundle = join(ROOT, '.build', 'functions');
  const hello = join(ROOT, '.build', 'hello');
  progress.step('starting PostgreSQL');
  const server = await startEmbedded(join(folder, 'postgres'));
  try {
    await migrate(server.url);
    progress.step('making the bundle');
    await stage(bundle);
    progress.step('installing the packages that the bundle imports');
    await install(bundle);
    await mkdir(hello, { recursive: true });
    await writeFile(join(hello, 'package.json'), '{"type":"module","main":"index.js"}');
    await writeFile(join(hello, 'index.js'), HELLO);
    const keys = await newSigningKeys();
    const token = await tokenOf(server.url, keys);
    const env = {
      ...{ PATH: process.env.PATH, TONEMILL_DATA: folder, JWT_PRIVATE_KEYS: keys },
      ...{ DATABASE: 'url', DATABASE_URL: server.url, GOOGLE_CLOUD_PROJECT: 'test' },
      ...{ STORAGE: 'gcs', GCS_ORIGINALS: 'originals', GCS_RESULTS: 'results' },
      ...{
        QUEUE: 'pubsub',
        STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1',
        PUBSUB_EMULATOR_HOST: '127.0.0.1:1',
      },
    };
    const starts: Start[] = [
      { name: 'hello world', source: hello, target: 'hello', path: '/' },
      { name: 'sources, /health', source: ROOT, target: 'site', path: '/health' },
      { name: 'sources, GET /api/tasks', source: ROOT, target: 'tasks', path: '/api/tasks' },
      { name: 'bundle, /health', source: bundle, target: 'site', path: '/health' },
      { name: 'bundle, GET /api/tasks', source: bundle, target: 'tasks', path: '/api/tasks' },
    ];
    const times = starts.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, start] of starts.entries()) {
        showRound('first answer', round + 1, rounds, start.name);
        times[index]?.push(await firstAnswer(start, env, token));
      }
    }
    const [middle, least] = [times.map(median), times.map((own) => Math.min(...own))];
    const rows = starts.map(({ name }, index) => [
      name,
      ...ratio(middle[index], middle[0]),
      ...ratio(least[index], least[0]),
    ]);
    printTable([['first answer of', 'ms, median', 'x hello', 'ms, fastest', 'x hello'], ...rows]);
  } finally {
    await server.stop();
    await removeCluster(join(folder, 'postgres'));
    await rm(folder, { recursive: true });
  }
}

/** The fastest round is the one that other processes of the machine disturbed least. */
function ratio(ms = Number.NaN, hello = Number.NaN): string[] {
  return [ms.toFixed(0), (ms / hello).toFixed(2)];
}

async function tokenOf(url: string, keys: string): Promise<string> {
  const knex = openDatabase(url, 1);
  const email = 'bench@example.org';
  const user = await createUserStore(knex).create({ name: 'bench', email, passwordHash: 'x' });
  await knex.destroy();
  return (await createTokens(keys, { now: () => new Date() })).sign({
    userId: user.id,
    email,
    epoch: user.epoch,
  });
}

/** Milliseconds. */
async function firstAnswer(
  { source, target, path }: Start,
  env: NodeJS.ProcessEnv,
  token: string,
): Promise<number> {
  const began = performance.now();
  const running = await startFunction({ source, target, env });
  try {
    const answer = await fetch(`${running.url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${target} answered ${answer.status}`);
    return performance.now() - began;
  } finally {
    await running.stop();
  }
}
