import assert from 'node:assert/strict';
import { type ChaosReport, convertInChaos } from '../support/chaos.ts';
import { startDebianPostgres } from '../support/debian-postgres.ts';

describe('Processes, a database and clocks that fail while tasks are made', function () {
  this.timeout(600_000);
  let report: ChaosReport;

  before(async function () {
    const postgres = await startDebianPostgres();
    if (!postgres) return this.skip();
    try {
      report = await convertInChaos({ postgres, tasks: 8, rounds: 1, every: 500, seconds: 10, still: 1000 });
    } finally {
      await postgres.stop();
    }
  });

  it('lose no accepted task, finish none twice, and tell of each', () => {
    assert.ok(report.accepted >= 8);
    assert.equal(Object.keys(report.injected).length, 6);
    const { lost, doubled, untold } = report;
    assert.deepEqual({ lost, doubled, untold }, { lost: [], doubled: [], untold: [] });
  });

  it('leave no file of nobody, miss none, and leave no lease', () => {
    const { orphans, missing, leases } = report;
    assert.deepEqual({ orphans, missing, leases }, { orphans: [], missing: [], leases: 0 });
  });
});
