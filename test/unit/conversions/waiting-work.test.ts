import assert from 'node:assert/strict';
import { join } from 'node:path';
import sinon from 'sinon';
import type { AudioEngine } from '../../../lib/audio/engine/engine.ts';
import { createProbes } from '../../../lib/conversions/file-probe.ts';
import { createWaveforms } from '../../../lib/conversions/waveforms.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import { AppError } from '../../../lib/runtime/errors.ts';
import { createWorkspaces } from '../../../lib/runtime/working-folders.ts';
import type { Tasks } from '../../../lib/tasks/tasks.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { until } from '../../support/until.ts';

/** Calls of each kind that may wait. */
const MOST = 64;

describe('Work that waits for ffmpeg', () => {
  const folder = temporaryFolder();
  /** Keeps all programs running until the test ends that. */
  let programs: PromiseWithResolvers<never>;
  let waiting: Promise<unknown>[];
  beforeEach(() => {
    programs = Promise.withResolvers();
    waiting = [];
  });
  afterEach(async () => {
    programs.reject(new Error('the end'));
    const ends = await Promise.allSettled(waiting);
    assert.ok(ends.every((end) => end.status === 'rejected' && end.reason.message === 'the end'));
  });
  const begin = (count: number, work: (number: number) => Promise<unknown>) => {
    waiting.push(...Array.from({ length: count }, (_, number) => work(number)));
  };
  const engineWith = (parts: Partial<AudioEngine>) => async () => parts as unknown as AudioEngine;

  it('is bounded for probes, of which only so many run at once', async () => {
    const probe = sinon.stub().returns(programs.promise);
    const probes = createProbes(engineWith({ probe }), 2);
    const look = () => probes.look('a.wav', false, new AbortController().signal);
    begin(2 + MOST, look);
    await until(() => probe.callCount === 2);
    await assert.rejects(look(), { code: 'unavailable', retryAfter: 2 });
    assert.equal(probe.callCount, 2);
  });

  it('is bounded for waveforms; who asks for one that is being made waits for the same', async () => {
    const waveform = sinon.stub().returns(programs.promise);
    const read = async () => {
      throw new AppError('not_found', 'There is no such file.');
    };
    const storage = { read, stat: async () => ({ size: 1 }) } as unknown as Storage;
    const tasks = {
      get: async (_user: number, id: number) => ({ id, revision: 1 }),
      file: async (_user: number, id: number) => ({ storage, key: `${id}/a.wav` }),
    } as unknown as Tasks;
    const waveforms = createWaveforms({
      tasks: async () => tasks,
      store: sinon.stub(),
      results: storage,
      engine: engineWith({ waveform }),
      workspaces: createWorkspaces(join(folder(), 'work')),
    });
    const make = async (id: number) => (await waveforms.find(1, id, 'original')).read();
    begin(MOST, make);
    await until(() => waveform.callCount === MOST);
    await assert.rejects(make(MOST), { code: 'unavailable', retryAfter: 5 });
    begin(1, make);
  });
});
