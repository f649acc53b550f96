import { startDebianPostgres } from '../support/debian-postgres.ts';
import { killAndConvert } from '../support/kills.ts';
import { newDatabase } from '../support/vm.ts';
import { printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';

/** Tasks, and seconds of each original. The lease of a killed worker lasts a minute, also with --quick. */
const SIZES = { whole: { tasks: 200, seconds: 60 }, quick: { tasks: 20, seconds: 20 } };

/**
 * The long form of the test of the same name. KILLS_SHARE names the share, and after a colon where workers have it mounted
 * a second time, as with `nosharecache` over NFS: then neither kind sees what the other's mount remembers.
 */
export async function kills({ quick }: BenchOptions): Promise<void> {
  const size = quick ? SIZES.quick : SIZES.whole;
  progress.step('starting PostgreSQL');
  const postgres = await startDebianPostgres();
  if (!postgres) throw new Error('This runs on the PostgreSQL of Debian: apt-get install postgresql');
  try {
    const url = await newDatabase(postgres.url);
    const [share, seenByWorkers] = (process.env.KILLS_SHARE ?? '').split(':');
    const shares = { ...(share && { share }), ...(seenByWorkers && { seenByWorkers }) };
    const tasks = Number(process.env.KILLS_TASKS ?? size.tasks);
    const times = { kills: tasks / 10, every: 3000, seconds: size.seconds };
    const options = { url, tasks, ...times, ...shares, onStep: progress.step };
    const report = await killAndConvert(options);
    const states = Object.entries(Object.groupBy(report.rows, ({ state }) => state));
    const answered = new Set(report.answered);
    const once = report.answered.filter((id) => report.finishes.get(id) === 1).length;
    printTable([
      [`on PostgreSQL ${postgres.version}`, ''],
      ['tasks answered with 200', String(answered.size)],
      ['of them finished exactly once', String(once)],
      ['all rows', states.map(([state, rows]) => `${rows?.length} ${state}`).join(', ')],
      ['workers killed with -9', String(report.killed.workers)],
      ['API processes killed with -9', String(report.killed.apis)],
      [
        'tasks that took more than one attempt',
        String(report.rows.filter(({ attempt }) => attempt > 1).length),
      ],
      ['pieces that went to another process', String(report.piecesElsewhere)],
      ['files of nobody after the sweep', String(report.orphans.length)],
      ['files that are missing', String(report.missing.length)],
      ['files left in private folders', String(report.leftovers.length)],
      ['seconds', report.seconds.toFixed(0)],
    ]);
  } finally {
    await postgres.stop();
  }
}
