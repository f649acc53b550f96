import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { nextRun, sharedRun, within } from '../../../lib/runtime/shared-run.ts';

describe('A shared run', () => {
  it('runs once for callers that come at the same time, and anew for later ones', async () => {
    let runs = 0;
    const ask = sharedRun(async () => {
      runs += 1;
      return runs;
    });
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [1, 1, 1]);
    assert.equal(await ask(), 2);
  });

  it('fails for all callers of the run that failed, and for no later one', async () => {
    let runs = 0;
    const ask = sharedRun(async () => {
      runs += 1;
      if (runs === 1) throw new Error('the first fails');
      return runs;
    });
    const outcomes = await Promise.allSettled([ask(), ask()]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await ask(), 2);
  });

  it('is given up after its time, and is not repeated while it still runs', async () => {
    let runs = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = sharedRun(() => {
      runs += 1;
      return promise;
    });
    for (let i = 0; i < 3; i++) {
      await assert.rejects(within(1, work()), (error) => hasCode(error, 'unavailable'));
    }
    assert.equal(runs, 1);
    resolve();
    await within(60_000, work());
  });
});

describe('The next run', () => {
  it('is shared by all callers that come during a run, and begins after that', async () => {
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const ask = nextRun(async () => {
      const run = begun.push(begun.length + 1);
      await gates[run - 1]?.promise;
      return run;
    });
    const first = ask();
    await setImmediate();
    const others = [ask(), ask()];
    await setImmediate();
    assert.deepEqual(begun, [1]);
    gates[0]?.resolve();
    assert.equal(await first, 1);
    await setImmediate();
    const late = ask();
    for (const gate of gates) gate.resolve();
    assert.deepEqual(await Promise.all([...others, late]), [2, 2, 3]);
  });

  it('does not suffer from one that failed', async () => {
    let runs = 0;
    const ask = nextRun(async () => {
      runs += 1;
      if (runs === 1) throw new Error('the first fails');
      return runs;
    });
    await assert.rejects(ask(), /the first fails/);
    assert.equal(await ask(), 2);
  });
});
