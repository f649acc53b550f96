import assert from 'node:assert/strict';
import { convertInChaos } from '../support/chaos.ts';
import type { ChaosReport } from '../support/chaos-report.ts';
import { startDebianPostgres } from '../support/debian-postgres.ts';

describe('Processes, a database, a share and clocks that fail while tasks are made', function () {
  this.timeout(600_000);
  let report: ChaosReport;

  before(async function () {
    const postgres = await startDebianPostgres();
    if (!postgres) return this.skip();
    try {
      const size = { tasks: 8, rounds: 1, every: 100, seconds: 5, still: 1000, away: 1000 };
      report = await convertInChaos({ postgres, ...size, hastened: true });
    } finally {
      await postgres.stop();
    }
  });

  it('lose no accepted task, finish none twice, and tell of each', () => {
    assert.ok(report.accepted >= 8);
    assert.equal(Object.keys(report.injected).length + report.skipped.length, 12);
    const { lost, doubled, untold } = report;
    assert.deepEqual({ lost, doubled, untold }, { lost: [], doubled: [], untold: [] });
    assert.equal(report.processed, report.accepted, JSON.stringify(report.failed));
  });

  it('keep originals as they were sent, and make the results that they make while nothing fails', () => {
    assert.deepEqual(report.wrong, []);
  });

  it('leave no file of nobody, miss none, and leave no lease and no process', () => {
    const { orphans, missing, leftovers, leases, processes } = report;
    const nothing = { orphans: [], missing: [], leftovers: [], leases: 0, processes: [] };
    assert.deepEqual({ orphans, missing, leftovers, leases, processes }, nothing);
  });

  it('are joined by a share that is full, read-only and unmounted, where this user may mount one', function () {
    if (report.skipped.length > 0) return this.skip();
    for (const how of ['full', 'read-only', 'unmounted'])
      assert.ok((report.injected[`share ${how}`] ?? 0) > 0, how);
  });
});
