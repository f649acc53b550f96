import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { testDatabase } from '../support/database.ts';
import { sample } from '../support/metrics.ts';
import { until } from '../support/until.ts';
import { newDatabase, type VmDeployment, type VmProcess, vmDeployment } from '../support/vm.ts';

describe('The processes of npm run serve', function () {
  this.timeout(60_000);
  const database = testDatabase();
  let vm: VmDeployment;
  let api: VmProcess;

  before(async () => {
    vm = await vmDeployment(await newDatabase(database.url()));
    for (const command of ['init-share', 'migrate']) await vm.command(command);
  });
  beforeEach(async () => {
    api = await vm.start('serve', { ...vm.environment('api'), API_PROCESSES: '3' });
  });
  after(() => vm.remove());

  /** Processes that serve; the helper that starts programs is none of them. */
  const children = async () => {
    const pid = api.child.pid ?? 0;
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    const pids = text.split(' ').filter(Boolean).map(Number);
    const commands = await Promise.all(
      pids.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')),
    );
    return pids.filter((_, index) => !commands[index]?.includes('spawn-helper-main'));
  };
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const health = async () => (await fetch(`${api.url}/health`)).status;

  it('share one port, and one that is killed is replaced', async () => {
    const before = await children();
    assert.equal(before.length, 3);
    assert.equal(await health(), 200);
    process.kill(before[0] ?? 0, 'SIGKILL');
    await until(async () => {
      const now = await children();
      return now.length === 3 && !now.includes(before[0] ?? 0);
    });
    assert.match(api.log(), /A process of the API ended/);
    await until(async () => (await health().catch(() => 0)) === 200);
    await api.end('SIGTERM');
  });

  it('show the metrics of all, at the port of the API and at that of the first process', async () => {
    await api.end('SIGTERM');
    const environment: NodeJS.ProcessEnv = {
      ...vm.environment('api'),
      API_PROCESSES: '2',
      METRICS_PORT: '0',
    };
    api = await vm.start('serve', environment);
    const asked = 12;
    for (let number = 0; number < asked; number++) assert.equal(await health(), 200);
    const headers = { 'X-Service-Credential': environment.SERVICE_CREDENTIAL ?? '', Connection: 'close' };
    const own = /"url":"(\S+\/metrics)"/.exec(api.log())?.[1] ?? '';
    for (const url of [`${api.url}/metrics`, own]) {
      const text = await (await fetch(url, { headers })).text();
      assert.equal(sample(text, 'tonemill_http_requests_total', { route: '/health' }), asked, url);
      assert.equal(sample(text, 'tonemill_database_up'), 1);
    }
    await api.end('SIGTERM');
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
    it(`end with the first of them, by ${signal}`, async () => {
      const pids = await children();
      await api.end(signal);
      await until(() => pids.every((pid) => !isAlive(pid)));
      await assert.rejects(health());
    });
  }

  it('are one where API_PROCESSES is 1', async () => {
    await api.end('SIGTERM');
    api = await vm.start('serve', { ...vm.environment('api'), API_PROCESSES: '1' });
    assert.deepEqual(await children(), []);
    assert.equal(await health(), 200);
    await api.end('SIGTERM');
  });
});
