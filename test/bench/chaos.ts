import { convertInChaos } from '../support/chaos.ts';
import { startDebianPostgres } from '../support/debian-postgres.ts';
import { printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';

/** A lease lasts a minute: a worker that stands still for longer loses its task to another. */
const SIZES = {
  whole: { tasks: 200, rounds: 5, every: 3000, seconds: 30, still: 90_000, away: 5000, hastened: false },
  quick: { tasks: 12, rounds: 1, every: 1000, seconds: 10, still: 3000, away: 1500, hastened: true },
};

/** The long form of the test of the same name: counts what was injected, and what became of the tasks. */
export async function chaos({ quick }: BenchOptions): Promise<void> {
  progress.step('starting PostgreSQL');
  const postgres = await startDebianPostgres();
  if (!postgres) throw new Error('This runs on the PostgreSQL of Debian: apt-get install postgresql');
  try {
    const size = quick ? SIZES.quick : SIZES.whole;
    const report = await convertInChaos({ postgres, ...size, onStep: progress.step });
    printTable([
      [`on PostgreSQL ${postgres.version}`, ''],
      ...Object.entries(report.injected).map(([name, count]): [string, string] => [name, String(count)]),
      ...report.skipped.map((name): [string, string] => [name, 'skipped: this user may not mount']),
      ['processes that ended by themselves', String(report.ended)],
      ['accepted', String(report.accepted)],
      ['finished', [`${report.processed} PROCESSED`, ...failures(report.failed)].join(', ')],
      ['lost', String(report.lost.length)],
      ['doubled', String(report.doubled.length)],
      ['originals and results of other content', String(report.wrong.length)],
      ['without a message of a webhook', String(report.untold.length)],
      ['files of nobody, missing, in private folders', fileCounts(report)],
      ['leases and processes left', `${report.leases}, ${report.processes.length}`],
      ['seconds', report.seconds.toFixed(0)],
    ]);
  } finally {
    await postgres.stop();
  }
}

function fileCounts(report: Record<'orphans' | 'missing' | 'leftovers', readonly string[]>): string {
  return [report.orphans, report.missing, report.leftovers].map(({ length }) => length).join(', ');
}

function failures(failed: Readonly<Record<string, number>>): string[] {
  return Object.entries(failed).map(([code, count]) => `${count} FAILED ${code}`);
}
