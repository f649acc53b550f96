import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { z } from 'zod';
import { openDatabase } from '../../lib/adapters/database/connection.ts';
import { createHousekeeping } from '../../lib/adapters/database/housekeeping.ts';
import { createRetentionStore } from '../../lib/adapters/database/retention.ts';
import { createTaskStore } from '../../lib/adapters/database/tasks.ts';
import { createUploadStore } from '../../lib/adapters/database/uploads.ts';
import { createFolderStorage } from '../../lib/adapters/storage/nfs.ts';
import { MARKER } from '../../lib/adapters/storage/nfs-marker.ts';
import { createSweep } from '../../lib/housekeeping/sweep.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { waveformKey } from '../../lib/tasks/object-keys.ts';
import { createUploaded } from '../../lib/uploads/object-finalized.ts';
import { makeTone } from './audio.ts';
import { PIECE } from './resumable.ts';
import { newUser, TASK, type User } from './service.ts';
import { type VmDeployment, type VmProcess, vmDeployment } from './vm.ts';

export interface KillsOptions {
  /** Of the owner of an empty database. */
  url: string;
  /** Tasks that must be answered with 200, at least. Every fourth is declared, and sent in pieces to both API processes in turn. */
  tasks: number;
  /** Workers killed at least, each in the middle of a conversion: tasks are made until then, however fast the machine. */
  kills: number;
  /** Milliseconds between two kills; every third also takes an API process. */
  every: number;
  /** Seconds of sound in each original. */
  seconds: number;
  /** An empty folder, and where workers have it mounted a second time; default: a temporary folder, the same for all. */
  share?: string;
  seenByWorkers?: string;
  /** Called with a sentence at each step. */
  onStep?: (sentence: string) => void;
}

export interface KillsReport {
  /** Ids that were answered with 200. */
  answered: number[];
  /** Pieces of large uploads that went to another process than the piece before. */
  piecesElsewhere: number;
  killed: { workers: number; apis: number };
  /** All rows, at the end. */
  rows: Task[];
  /** How often each task became PROCESSED, as a trigger in the database saw it. */
  finishes: Map<number, number>;
  /** Files under both roots that no row names, and rows' files that are not there: after the sweep. */
  orphans: string[];
  missing: string[];
  /** Files in the workers' private folders, at the end. */
  leftovers: string[];
  seconds: number;
}

/** Milliseconds between two looks for a worker that converts. */
const LOOK = 20;

/** Tasks that may wait at once, so that creation lasts as long as conversion does. */
const WAITING = 8;

/** A task of two results, the second of which is short. */
const TWO_OUTPUTS = JSON.stringify([{ format: 'mp3' }, { format: 'opus', options: { end: 1 } }]);

/** Notes each time that a task becomes PROCESSED. */
export const TRIGGER = `
  create table finishes (task_id integer);
  create function note_finish() returns trigger language plpgsql as $$ begin
    insert into finishes values (new.id);
    return new;
  end $$;
  create trigger note_finish after update on tasks for each row
    when (new.state = 'PROCESSED' and old.state <> 'PROCESSED') execute function note_finish();`;

/** Two API processes and two workers over one share, which are killed with -9 while tasks are made. */
export async function killAndConvert(options: KillsOptions): Promise<KillsReport> {
  const vm = await vmDeployment(options.url, {}, options.share, options.seenByWorkers);
  const knex = openDatabase(options.url, 4);
  try {
    await vm.command('init-share');
    await vm.command('migrate');
    await knex.raw(TRIGGER);
    return await run(options, vm, knex);
  } finally {
    await knex.destroy();
    await vm.remove();
  }
}

async function run(options: KillsOptions, vm: VmDeployment, knex: Knex): Promise<KillsReport> {
  const began = performance.now();
  const step = options.onStep ?? (() => undefined);
  step('starting two API processes and two workers');
  const fleet = await startFleet(vm);
  const user = await newUser(fleet.apis[0]?.url ?? '', 1);
  const original = join(vm.folder, 'tone.wav');
  await makeTone(original, options.seconds);
  const sender = createSender(fleet, user, await readFile(original));
  const killed = { workers: 0, apis: 0 };
  const more = (begun: number) => {
    if (begun >= options.tasks && killed.workers >= options.kills) return false;
    step(
      `task ${begun + 1} of at least ${options.tasks}; killed ${killed.workers} of ${options.kills} workers`,
    );
    return true;
  };
  const made = makeTasks(sender, knex, more);
  await kill(options.every, fleet, knex, made, killed);
  const answered = await made;
  step('waiting for the last conversions');
  while ((await waiting(knex)) > 0) await setTimeout(250);
  const seconds = (performance.now() - began) / 1000;
  await Promise.all([...fleet.workers, ...fleet.apis].map((one) => one.end('SIGTERM')));
  step('looking for files of nobody');
  const { rows, ...files } = await sweepAndLook(vm, knex);
  const finishes = new Map<number, number>();
  for (const id of await knex('finishes').pluck('task_id')) finishes.set(id, (finishes.get(id) ?? 0) + 1);
  const folders = (await readdir(vm.folder)).filter((name) => name.startsWith('tonemill-'));
  const leftovers = (await Promise.all(folders.map((name) => readdir(join(vm.folder, name))))).flat();
  return {
    answered,
    piecesElsewhere: sender.piecesElsewhere(),
    killed,
    rows,
    finishes,
    ...files,
    leftovers,
    seconds,
  };
}

/** Processes of both kinds. */
export interface Fleet {
  apis: VmProcess[];
  workers: VmProcess[];
  /** Kills one with -9 and starts another in its place. */
  replace(kind: 'apis' | 'workers', index: number): Promise<void>;
}

/** Starts two API processes and two workers. */
export async function startFleet(vm: Pick<VmDeployment, 'start'>): Promise<Fleet> {
  const [apis, workers] = await Promise.all([
    Promise.all([vm.start('serve'), vm.start('serve')]),
    Promise.all([vm.start('worker'), vm.start('worker')]),
  ]);
  const fleet = { apis, workers };
  return {
    ...fleet,
    async replace(kind, index) {
      await fleet[kind][index]?.end('SIGKILL');
      fleet[kind][index] = await vm.start(kind === 'apis' ? 'serve' : 'worker');
    },
  };
}

/** Kills, and counts what it killed, until all tasks are made. */
async function kill(
  every: number,
  fleet: Fleet,
  knex: Knex,
  made: Promise<unknown>,
  killed: KillsReport['killed'],
): Promise<void> {
  let making = true;
  const done = () => {
    making = false;
  };
  made.then(done, done);
  let pause = every;
  while (making) {
    await setTimeout(pause);
    const busy = await busyWorker(fleet, knex);
    pause = busy === undefined ? LOOK : every;
    if (busy === undefined) continue;
    await fleet.replace('workers', busy);
    killed.workers += 1;
    if (killed.workers % 3 !== 0) continue;
    await fleet.replace('apis', killed.apis % 2);
    killed.apis += 1;
  }
}

/** One that holds a lease now: the process id is part of its name. */
export async function busyWorker(fleet: Fleet, knex: Knex): Promise<number | undefined> {
  const names: string[] = await knex('tasks')
    .where({ state: 'PROCESSING' })
    .orderBy('started_at', 'desc')
    .pluck('worker');
  const pids = names.map((name) => Number(/-(\d+)-[^-]+$/.exec(name)?.[1]));
  const index = fleet.workers.findIndex(({ child }) => pids.includes(child.pid ?? 0));
  return index < 0 ? undefined : index;
}

/** Tasks that wait or run; without end while the database does not answer. */
export async function waiting(knex: Knex): Promise<number> {
  const rows = knex('tasks').whereIn('state', ['UPLOADED', 'PROCESSING']).select('id');
  return rows.then(
    ({ length }) => length,
    () => Number.POSITIVE_INFINITY,
  );
}

/** Makes tasks from three senders at once, while `more` says so. @returns ids that were answered with 200 */
export async function makeTasks(
  sender: Sender,
  knex: Knex,
  more: (begun: number) => boolean,
): Promise<number[]> {
  const answered: number[] = [];
  let begun = 0;
  const make = async () => {
    while (more(begun)) {
      const number = begun++;
      while ((await waiting(knex)) > WAITING) await setTimeout(100);
      answered.push(await (number % 4 === 0 ? sender.open(number) : sender.form(number)));
    }
  };
  await Promise.all([make(), make(), make()]);
  return answered;
}

interface Sender {
  form(number: number): Promise<number>;
  open(number: number): Promise<number>;
  piecesElsewhere(): number;
}

const CREATED = z.object({ task: TASK });
const SESSION = CREATED.extend({ upload: z.object({ url: z.string() }) });

/** A client that asks both API processes in turn, and again when one is gone; what had no answer is asked for anew. */
export function createSender(fleet: Fleet, user: User, original: Buffer): Sender {
  let turn = 0;
  let elsewhere = 0;
  const ask = async <T>(work: (url: string) => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const url = fleet.apis[turn++ % 2]?.url ?? '';
      const answer = await work(url).catch((error: unknown) => {
        if (error instanceof TypeError) return undefined;
        throw error;
      });
      if (answer !== undefined) return answer;
      await setTimeout(50);
    }
  };
  const created = async (response: Response) =>
    response.ok ? CREATED.parse(await response.json()).task.id : undefined;
  return {
    piecesElsewhere: () => elsewhere,
    form: (number) =>
      ask(async (url) =>
        created(
          await user
            .at(url)
            .upload({ audio: { name: `form ${number}.wav`, bytes: original }, outputs: TWO_OUTPUTS }),
        ),
      ),
    async open(number) {
      const requestedOutput = { filename: `pieces ${number}.wav`, newFormat: 'opus', size: original.length };
      const { task, upload } = await ask(async (url) => {
        const body = JSON.stringify(requestedOutput);
        const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
        const response = await user.at(url).fetch('/api/tasks', init);
        return response.ok ? SESSION.parse(await response.json()) : undefined;
      });
      let received: number | undefined;
      let last = '';
      while (received !== original.length) {
        received = await ask(async (url) => {
          if (last !== '' && last !== url) elsewhere += 1;
          last = url;
          return send(upload.url.replace(/^https?:\/\/[^/]+/, url), original, received);
        });
      }
      return task.id;
    },
  };
}

/** Sends one piece; asks first where it is not known how much is there. @returns bytes there now */
async function send(url: string, file: Buffer, received: number | undefined): Promise<number | undefined> {
  const end = Math.min(file.length, (received ?? 0) + PIECE);
  const range = received === undefined ? '*' : `${received}-${end - 1}`;
  const body = received === undefined ? new Uint8Array() : Uint8Array.from(file.subarray(received, end));
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'Content-Range': `bytes ${range}/${file.length}` },
    body,
  });
  await response.arrayBuffer();
  if (response.status === 200) return file.length;
  if (response.status !== 308) return undefined;
  const there = /^bytes=0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1];
  return there === undefined ? 0 : Number(there) + 1;
}

/** The sweep as it will be tomorrow: uploads that never came are expired by then, those that came without a word go on, and strays are a day old. */
export async function sweepAndLook(
  vm: VmDeployment,
  knex: Knex,
): Promise<{ rows: Task[]; orphans: string[]; missing: string[] }> {
  const originals = createFolderStorage({ root: vm.originals, role: 'originals', own: false });
  const results = createFolderStorage({ root: vm.results, role: 'results', own: false });
  const messages = {
    transactional: true,
    maxMessages: Number.POSITIVE_INFINITY,
    enqueue: async () => undefined,
  };
  const tasks = createTaskStore(knex, messages, silentLog);
  const housekeeping = createHousekeeping(knex, messages, silentLog, 5);
  await knex('tasks')
    .where({ state: 'AWAITING_UPLOAD' })
    .update({ upload_expires_at: new Date(0) });
  const clock = { now: () => new Date(Date.now() + 25 * 3_600_000) };
  const uploadStore = createUploadStore(knex);
  const uploads = { open: unused, cancel: unused, discard: (key: string) => originals.remove(key) };
  const common = { uploadStore, originals, log: silentLog };
  const uploaded = async () =>
    createUploaded({
      ...common,
      store: tasks,
      uploads,
      bucket: undefined,
      uploadBytes: async () => Infinity,
    });
  const none = async () => 0;
  const repairs = { uploaded, cancelUploads: none, finishRemovals: none, tidyWebhooks: none };
  const retention = createRetentionStore(knex, { days: 0, maxDays: 0 });
  const parts = { ...common, ...repairs, housekeeping, tasks, results, retention, retentionDays: 0 };
  await createSweep({ ...parts, paused: true, clock }).run(true);

  const ids: number[] = await knex('tasks').orderBy('id').pluck('id');
  const rows = (await Promise.all(ids.map((id) => tasks.find(id)))).filter((task) => task !== undefined);
  const named = new Set(
    rows.flatMap((task) => [
      ...(task.state === 'EXPIRED' ? [] : [join(vm.originals, String(task.id), task.name)]),
      ...[task.result, ...(task.result?.more ?? [])].flatMap((one) =>
        one ? [join(vm.results, one.key)] : [],
      ),
    ]),
  );
  const allowed = new Set([...named, ...rows.flatMap((task) => waveforms(vm, task))]);
  const there = new Set((await Promise.all([vm.originals, vm.results].map(filesUnder))).flat());
  return {
    rows,
    orphans: [...there].filter((path) => !allowed.has(path)),
    missing: [...named].filter((path) => !there.has(path)),
  };
}

async function unused(): Promise<never> {
  throw new TypeError('a sweep opens and cancels nothing here');
}

/** Made when somebody first asks for them, so they may be there or not. */
function waveforms({ results }: VmDeployment, task: Task): string[] {
  return (['original', 'result'] as const).map((of) => join(results, waveformKey(task, of)));
}

async function filesUnder(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name !== MARKER)
    .map(({ parentPath, name }) => join(parentPath, name));
}
