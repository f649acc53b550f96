import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Knex } from 'knex';
import { createHousekeeping } from '../../lib/adapters/database/housekeeping.ts';
import { createPostgresQueue } from '../../lib/adapters/queue/postgres.ts';
import type { Task } from '../../lib/ports/tasks.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { binaries } from './audio.ts';
import type { Fleet } from './kills.ts';
import type { VmDeployment } from './vm.ts';

const run = promisify(execFile);

/** MD5 of the decoded samples of each result of a task, in the order of its outputs. */
export async function soundsOf({ results }: Pick<VmDeployment, 'results'>, task: Task): Promise<string[]> {
  const made = task.result ? [task.result, ...(task.result.more ?? [])] : [];
  return Promise.all(made.map(({ key }) => soundOf(join(results, key))));
}

async function soundOf(path: string): Promise<string> {
  const { ffmpeg } = await binaries();
  const args = ['-v', 'error', '-i', path, '-map', '0:a', '-f', 'md5', '-'];
  return run(ffmpeg.path, args).then(
    ({ stdout }) => stdout.trim(),
    (error: unknown) => `not decoded: ${error}`,
  );
}

/** Files of a task that do not have the expected content: its original, and each of its results. */
export async function wrongFiles(
  vm: VmDeployment,
  task: Task,
  expected: { original: Buffer; sounds: readonly string[] },
): Promise<string[]> {
  const original = join(vm.originals, String(task.id), task.name);
  const same = sha256(await readFile(original)) === sha256(expected.original);
  const sounds = task.state === 'PROCESSED' ? await soundsOf(vm, task) : expected.sounds;
  const isRight = sounds.join() === expected.sounds.join();
  return [...(same ? [] : [original]), ...(isRight ? [] : [`results of ${task.id}: ${sounds.join()}`])];
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Processes that still run and were started for a deployment: its own have its folder in their environment, ffmpeg in its arguments. */
export async function processesOf({ folder }: Pick<VmDeployment, 'folder'>): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, name: string) => readFile(join('/proc', pid, name), 'latin1').catch(() => '');
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [environment, command] = [await read(pid, 'environ'), await read(pid, 'cmdline')];
      return environment.includes(`TMPDIR=${folder}\0`) || command.includes(folder) ? [command] : [];
    }),
  );
  return found.flat();
}

/**
 * Lets the minutes pass that leases of dead workers, lost messages and deliveries that failed would take, and repairs as the
 * sweep does then.
 */
export async function hasten(url: string, knex: Knex, { workers }: Fleet): Promise<void> {
  const alive = workers.flatMap(({ child }) => (child.exitCode === null ? [`%-${child.pid}-%`] : []));
  await knex.raw(
    `update tasks set lease_until = now() - interval '1 second', enqueued_at = enqueued_at - interval '2 minutes'
      where state = 'PROCESSING' and (worker is null or not worker like any(?))`,
    [alive],
  );
  await knex.raw(
    "update tasks set enqueued_at = enqueued_at - interval '2 minutes' where state = 'UPLOADED' and enqueued_at < now() - interval '5 seconds'",
  );
  await knex.raw('update webhook_deliveries set due_at = now() where ended_at is null');
  const queue = await createPostgresQueue({
    ...{ address: url, pool: 1, jobSeconds: 60, pollSeconds: 2 },
    log: silentLog,
  });
  try {
    const housekeeping = createHousekeeping(knex, queue, silentLog, 5);
    await housekeeping.giveUp();
    await housekeeping.enqueueAgain(60);
  } finally {
    await queue.close();
  }
}
