import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { PROBLEM } from '../support/service.ts';
import { until } from '../support/until.ts';

describe('A process without file descriptors or threads', function () {
  this.timeout(120_000);
  let program: Program | undefined;
  /** One connection for each path, opened before anything is used up. */
  let agents: Map<string, Agent>;
  const folder = temporaryFolder(async () => {
    for (const agent of agents.values()) agent.destroy();
    // A process whose threads wait does not end by itself.
    await program?.end('SIGKILL');
    await removeCluster(join(data(), 'postgres'));
  });
  const data = () => join(folder(), 'data');

  async function start(env: NodeJS.ProcessEnv, limit: number): Promise<void> {
    const own = { PATH: process.env.PATH, PORT: '0', TONEMILL_DATA: data(), UV_THREADPOOL_SIZE: '4' };
    const product = [process.execPath, '--import', './test/support/exhaust.ts', 'lib/cli/main.ts', 'start'];
    const command = ['bash', '-c', `ulimit -n ${limit} && exec "$0" "$@"`, ...product] as const;
    program = await startProgram({ ...own, ...env }, {}, command);
    agents = new Map(
      ['/health', '/ready'].map((path) => [path, new Agent({ keepAlive: true, maxSockets: 1 })]),
    );
    for (const path of agents.keys()) assert.equal((await ask(path)).status, 200);
  }

  async function ask(path: string): Promise<{ status: number | undefined; type: string; body: unknown }> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    get(`${program?.url}${path}`, { agent: agents.get(path) }, resolve).on('error', reject);
    const answer = await promise;
    const { 'content-type': type = '' } = answer.headers;
    return { status: answer.statusCode, type, body: JSON.parse(await text(answer)) };
  }

  const signal = () => process.kill(program?.pid ?? 0, 'SIGUSR2');
  const answers = (path: string, status: number) => until(async () => (await ask(path)).status === status);

  async function refuses(): Promise<void> {
    await answers('/health', 503);
    for (const path of ['/health', '/ready']) {
      const { status, type, body } = await ask(path);
      assert.equal(status, 503, path);
      assert.equal(type, 'application/problem+json');
      assert.equal(PROBLEM.parse(body).code, 'unavailable');
    }
  }

  async function recovers(): Promise<void> {
    await answers('/health', 200);
    await answers('/ready', 200);
  }

  it('is not healthy while no descriptor is free, answers /ready all the same, and recovers', async () => {
    await start({ EXHAUST: 'descriptors' }, 256);
    signal();
    await refuses();
    signal();
    await recovers();
  });

  it('is not healthy while all threads wait, answers /ready all the same, and recovers', async () => {
    const FIFO = join(folder(), 'fifo');
    execFileSync('mkfifo', [FIFO]);
    await start({ EXHAUST: 'threads', FIFO }, 2048);
    signal();
    await refuses();
    const writer = await open(FIFO, 'r+');
    await recovers();
    await writer.close();
  });

  it('has all its descriptors after 1,100 HEADs of each route that is open to all', async () => {
    await start({}, 256);
    const paths = ['/docs', '/docs/formats', '/docs/errors', '/docs/reference'];
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    for (const path of [...paths, '/openapi.json', '/docs/none']) {
      await Promise.all(Array.from({ length: 1100 }, () => head(path, agent)));
    }
    agent.destroy();
    assert.equal((await ask('/health')).status, 200);
    assert.equal((await ask('/ready')).status, 200);
  });

  async function head(path: string, agent: Agent): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const request = get(`${program?.url}${path}`, { agent, method: 'HEAD' }, (answer) => {
      answer.on('end', resolve).resume();
    });
    request.on('error', reject);
    await promise;
  }
});
