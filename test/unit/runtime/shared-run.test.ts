import assert from 'node:assert/strict';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { sharedRun, within } from '../../../lib/runtime/shared-run.ts';

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
