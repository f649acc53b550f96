import assert from 'node:assert/strict';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import { createTimeouts } from '../../../../lib/audio/ffmpeg/timeouts.ts';
import { AppError } from '../../../../lib/runtime/errors.ts';

describe('The timer of a program', () => {
  const limits = { wall: 100, stall: 30 };
  let clock: SinonFakeTimers;
  let caller: AbortController;
  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    caller = new AbortController();
  });
  afterEach(() => clock.restore());

  const start = (isWaiting?: () => boolean) => createTimeouts(caller.signal, limits, isWaiting);
  const codeOf = ({ signal }: { signal: AbortSignal }) =>
    signal.aborted ? (signal.reason as AppError).code : 'runs';

  it('ends a program that stalls, and none that makes progress', () => {
    const watch = start();
    clock.tick(29_000);
    watch.progress();
    clock.tick(29_000);
    assert.equal(codeOf(watch), 'runs');
    clock.tick(2000);
    assert.equal(codeOf(watch), 'stalled');
  });

  it('ends a program that takes too long, whatever progress it makes', () => {
    const watch = start();
    for (let second = 0; second < 99; second++) {
      clock.tick(1000);
      watch.progress();
    }
    assert.equal(codeOf(watch), 'runs');
    clock.tick(1000);
    assert.equal(codeOf(watch), 'timed_out');
  });

  it('blames the storage where the program only waited for it', () => {
    const watch = start(() => true);
    clock.tick(30_000);
    assert.equal(codeOf(watch), 'unavailable');
  });

  it('passes on why the caller or the reader gave up', () => {
    const [first, second] = [start(), start()];
    first.abort(new AppError('too_long', 'Longer than it said.'));
    assert.equal(codeOf(first), 'too_long');
    caller.abort(new AppError('interrupted', 'Enough.'));
    assert.equal(codeOf(second), 'interrupted');
  });

  it('ends nothing any more once it is stopped', () => {
    const watch = start();
    watch.stop();
    clock.tick(200_000);
    assert.equal(codeOf(watch), 'runs');
  });
});
