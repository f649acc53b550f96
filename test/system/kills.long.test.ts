import assert from 'node:assert/strict';
import { testDatabase } from '../support/database.ts';
import { startDebianPostgres } from '../support/debian-postgres.ts';
import { type KillsReport, killAndConvert } from '../support/kills.ts';
import { newDatabase } from '../support/vm.ts';

describe('Two API processes and two workers over one share and one database', function () {
  this.timeout(600_000);
  const embedded = testDatabase();
  let report: KillsReport;

  before(async () => {
    const debian = await startDebianPostgres();
    try {
      const url = await newDatabase(debian?.url ?? embedded.url());
      report = await killAndConvert({ url, tasks: 24, kills: 4, every: 1500, seconds: 60 });
    } finally {
      await debian?.stop();
    }
  });

  it('are killed in the middle of conversions and uploads', () => {
    assert.ok(report.killed.workers >= 4 && report.killed.apis >= 1, JSON.stringify(report.killed));
    assert.ok(report.rows.some(({ attempt }) => attempt > 1));
  });

  it('finish every task that was answered, each once', () => {
    const rows = new Map(report.rows.map((row) => [row.id, row]));
    for (const id of report.answered) {
      const row = rows.get(id);
      assert.equal(row?.state, 'PROCESSED', JSON.stringify(row));
      assert.equal(report.finishes.get(id), 1);
    }
    // UPLOADED by the last sweep alone: a kill between file and row, and nobody converts any more.
    const ends = new Set(['PROCESSED', 'EXPIRED', 'UPLOADED']);
    assert.ok(report.rows.every(({ state }) => ends.has(state)));
    assert.ok([...report.finishes.values()].every((count) => count === 1));
  });

  it('go on with uploads that another process began', () => {
    assert.ok(report.piecesElsewhere > 10);
  });

  it('finish tasks of several results with all of them', () => {
    const several = report.rows.filter(({ requestedOutput }) => requestedOutput.outputs);
    const ended = several.filter(({ state }) => state === 'PROCESSED');
    assert.ok(ended.length > 0);
    assert.ok(ended.every(({ result }) => result?.more?.length === 1));
  });

  it('leave no file without a task, and lose none', () => {
    assert.deepEqual(report.orphans, []);
    assert.deepEqual(report.missing, []);
    assert.deepEqual(report.leftovers, []);
  });
});
