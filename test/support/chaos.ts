import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { FAILURE_CODES } from '../../lib/runtime/errors.ts';
import { makeTone } from './audio.ts';
import { hasten, processesOf, soundsOf, wrongFiles } from './chaos-ends.ts';
import { faultsOf, type Scene, skippedFaults } from './chaos-faults.ts';
import type { ChaosOptions, ChaosReport } from './chaos-report.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { failingShare } from './failing-share.ts';
import { createSender, type Fleet, makeTasks, startFleet, sweepAndLook, TRIGGER, waiting } from './kills.ts';
import { newUser, post, type User } from './service.ts';
import { newDatabase, type VmDeployment, type VmProcess, vmDeployment } from './vm.ts';

/** A deployment that fails, with what a test knows of it. */
interface Chaos extends Scene {
  user: User;
  /** URL of the database without the proxy. */
  url: string;
  /** Ids of tasks of whose end a message came. */
  told: Set<number>;
}

/** Settings of each process. The floor of free bytes is below what a small disk has. */
const SETTINGS = {
  ...{ OUTBOUND_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' },
  ...{ MIN_FREE_BYTES: '65536', API_PROCESSES: '1' },
};

/** Bytes of the disk of the share. */
const DISK = 4 * 1024 ** 3;

/** Milliseconds within which the last tasks must end, and processes that nobody needs. */
const [LAST, GONE] = [1_200_000, 10_000];

/** Two API processes and two workers, on a database and a share that fail, while tasks are made. */
export async function convertInChaos(options: ChaosOptions): Promise<ChaosReport> {
  const url = await newDatabase(options.postgres.url);
  const proxy = await cuttingProxy(url);
  const proxied = new URL(url);
  proxied.port = new URL(proxy.url).port;
  const share = await failingShare(DISK);
  const plain = await vmDeployment(proxied.href, {}, share?.folder);
  const vm: VmDeployment = {
    ...plain,
    start: (name, env = plain.environment(name === 'serve' ? 'api' : 'worker')) =>
      startAgain(() => plain.start(name, { ...env, ...SETTINGS })),
  };
  const knex = openDatabase(url, 4);
  const told = new Set<number>();
  const receiver = await receiveInto(told);
  let strays: string[] = [];
  const work = async () => {
    await vm.command('init-share');
    await vm.command('migrate');
    await knex.raw(TRIGGER);
    const fleet = await startFleet(vm);
    const user = await newUser(fleet.apis[0]?.url ?? '', 1);
    await subscribe(fleet, user, receiver);
    return run({ options, vm, knex, fleet, proxy, share, user, url, told });
  };
  const report = await work().finally(async () => {
    await knex.destroy();
    await vm.remove();
    await proxy.close();
    strays = (await share?.remove()) ?? [];
    receiver.close();
  });
  return { ...report, orphans: [...report.orphans, ...strays] };
}

/** Starts a process that a fault may end before it is ready, as systemd does. */
async function startAgain(start: () => Promise<VmProcess>, tries = 5): Promise<VmProcess> {
  try {
    return await start();
  } catch (error) {
    if (tries === 1) throw error;
    return startAgain(start, tries - 1);
  }
}

async function run(chaos: Chaos): Promise<ChaosReport> {
  const { options, vm, knex, fleet, user, told } = chaos;
  const began = performance.now();
  const path = join(vm.folder, 'tone.wav');
  await makeTone(path, options.seconds);
  const original = await readFile(path);
  const sender = createSender(fleet, user, original);
  options.onStep?.('converting while nothing fails');
  const calm = [await sender.form(0), await sender.open(0)];
  await lastEnds(chaos, calm);
  const injected: Record<string, number> = {};
  const rounds = () => Math.min(...Object.keys(faultsOf(chaos)).map((name) => injected[name] ?? 0));
  const made = makeTasks(sender, knex, (begun) => begun < options.tasks || rounds() < options.rounds);
  const ended = await inject(chaos, made, injected);
  const accepted = [...calm, ...(await made)];
  options.onStep?.('waiting for the last conversions and messages');
  const restarted = ended + (await lastEnds(chaos, accepted));
  await Promise.all([...fleet.workers, ...fleet.apis].map((one) => one.end('SIGTERM')));
  const { rows, orphans, missing } = await sweepAndLook(vm, knex);
  const ends = new Map(rows.map((row) => [row.id, row]));
  const finishes: number[] = await knex('finishes').pluck('task_id');
  const leases = await knex('tasks').where({ state: 'PROCESSING' }).select('id');
  const folders = (await readdir(vm.folder)).filter((name) => name.startsWith('tonemill-'));
  const settled = accepted.flatMap((id) => ends.get(id) ?? []);
  const codes = settled.flatMap(({ state, error }) => (state === 'FAILED' ? [error?.code ?? ''] : []));
  options.onStep?.('listening to all results');
  return {
    injected,
    skipped: skippedFaults(chaos),
    ended: restarted,
    accepted: accepted.length,
    processed: settled.filter(({ state }) => state === 'PROCESSED').length,
    failed: Object.fromEntries(
      [...new Set(codes)].map((code) => [code, codes.filter((one) => one === code).length]),
    ),
    lost: accepted.filter((id) => !isEnded(ends.get(id))),
    doubled: accepted.filter((id) => finishes.filter((one) => one === id).length > 1),
    untold: accepted.filter((id) => !told.has(id)),
    wrong: await wrongOf(vm, settled, original, calm),
    processes: await left(vm),
    ...{ orphans, missing, leases: leases.length },
    leftovers: (await Promise.all(folders.map((name) => readdir(join(vm.folder, name))))).flat(),
    seconds: (performance.now() - began) / 1000,
  };
}

function isEnded(task: Task | undefined): boolean {
  return (
    task?.state === 'PROCESSED' || (task?.state === 'FAILED' && FAILURE_CODES.has(task.error?.code ?? ''))
  );
}

/** Compares each task with the one of its kind that was converted while nothing failed. */
async function wrongOf(
  vm: VmDeployment,
  tasks: readonly Task[],
  original: Buffer,
  calm: readonly number[],
): Promise<string[]> {
  const kindOf = ({ name }: Task) => name.split(' ')[0] ?? '';
  const sounds = new Map<string, string[]>();
  for (const task of tasks.filter(({ id }) => calm.includes(id)))
    sounds.set(kindOf(task), await soundsOf(vm, task));
  const wrong: string[] = [];
  for (const task of tasks) {
    const expected = { original, sounds: sounds.get(kindOf(task)) ?? [] };
    wrong.push(...(await wrongFiles(vm, task, expected)));
  }
  return wrong;
}

/** Waits until no task waits or runs, and a message told of each of these. @returns processes that ended by themselves */
async function lastEnds(chaos: Chaos, ids: readonly number[]): Promise<number> {
  const { options, url, knex, fleet, told } = chaos;
  const deadline = performance.now() + LAST;
  let restarted = 0;
  for (let looks = 1; performance.now() < deadline; looks++) {
    restarted += await revive(chaos);
    if ((await waiting(knex)) === 0 && ids.every((id) => told.has(id))) break;
    if (options.hastened && looks % 8 === 0) await hasten(url, knex, fleet);
    await setTimeout(250);
  }
  return restarted;
}

/** Processes of a deployment that do not end soon. */
async function left(vm: VmDeployment): Promise<string[]> {
  const deadline = performance.now() + GONE;
  let found = await processesOf(vm);
  while (found.length > 0 && performance.now() < deadline) {
    await setTimeout(100);
    found = await processesOf(vm);
  }
  return found;
}

/** Injects one fault after another until all tasks are made. @returns processes that ended by themselves */
async function inject(
  scene: Scene,
  made: Promise<unknown>,
  injected: Record<string, number>,
): Promise<number> {
  let making = true;
  const done = () => {
    making = false;
  };
  made.then(done, done);
  let ended = 0;
  while (making)
    for (const [name, fault] of Object.entries(faultsOf(scene))) {
      await setTimeout(scene.options.every);
      ended += await revive(scene);
      if (!making) break;
      scene.options.onStep?.(name);
      await fault(scene);
      injected[name] = (injected[name] ?? 0) + 1;
    }
  return ended;
}

/** Starts processes again that ended by themselves, as systemd does. @returns their number */
async function revive({ fleet }: Pick<Scene, 'fleet'>): Promise<number> {
  let count = 0;
  for (const kind of ['apis', 'workers'] as const)
    for (const [index, { child }] of fleet[kind].entries()) {
      if (child.exitCode === null && child.signalCode === null) continue;
      await fleet.replace(kind, index);
      count++;
    }
  return count;
}

const MESSAGE = z.object({ data: z.object({ id: z.int() }) });

async function receiveInto(told: Set<number>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    told.add(MESSAGE.parse(JSON.parse(body)).data.id);
    response.writeHead(204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

async function subscribe(fleet: Fleet, user: User, receiver: Server): Promise<void> {
  const address = receiver.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const webhook = { url: `http://127.0.0.1:${port}/`, events: ['task.processed', 'task.failed'] };
  const authorization = { Authorization: `Bearer ${user.token}` };
  const answer = await post(`${fleet.apis[0]?.url}/api/webhooks`, webhook, authorization);
  if (!answer.ok) throw new Error(`no webhook: ${await answer.text()}`);
}
