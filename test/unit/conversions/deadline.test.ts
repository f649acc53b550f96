import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stub } from 'sinon';
import type { AudioEngine } from '../../../lib/audio/engine/engine.ts';
import { createConversions } from '../../../lib/conversions/conversion.ts';
import type { AlbumStore } from '../../../lib/ports/albums.ts';
import type { LeaseStore } from '../../../lib/ports/leases.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import type { Task, TaskStore } from '../../../lib/ports/tasks.ts';
import { silentLog } from '../../../lib/runtime/log.ts';

const TASK: Task = {
  ...{
    id: 7,
    userId: 1,
    batchId: null,
    name: 'a.wav',
    originalExt: 'wav',
    requestedOutput: { format: 'mp3', options: {} },
  },
  ...{ state: 'PROCESSING', revision: 1, attempt: 1, progress: 0, media: null, result: null, error: null },
  ...{
    declaredSize: null,
    uploadExpiresAt: new Date(),
    checksums: null,
    cover: null,
    source: null,
    destination: null,
    delivered: null,
    createdAt: new Date(),
    startedAt: new Date(),
    finishedAt: null,
    expiresAt: null,
    isExpiring: false,
  },
};

describe('An attempt whose time is up', () => {
  const settled = async (progress: number, attempt: number) => {
    const lease = { taskId: 7, revision: 1, attempt };
    const leases = {
      claim: stub().resolves({ lease, task: TASK, waited: null }),
      heartbeat: stub().resolves(true),
      fail: stub().resolves(true),
      postpone: stub().resolves(true),
    };
    const convert: AudioEngine['convert'] = async ({ onProgress, signal }) => {
      onProgress(progress);
      await once(signal, 'abort');
      throw signal.reason;
    };
    const storage = {
      local: true,
      check: stub().resolves(),
      fetch: stub().resolves(),
      stat: stub().resolves(),
    };
    const parts = {
      leases: leases as unknown as LeaseStore,
      tasks: {} as TaskStore,
      albums: {} as AlbumStore,
      originals: storage as unknown as Storage,
      results: storage as unknown as Storage,
      engine: {
        convert,
        probe: stub().resolves({ tags: {}, sounds: [], chunks: [], media: {} }),
      } as unknown as AudioEngine,
    };
    const workspaces = {
      use: <T>(work: (folder: string) => Promise<T>) => work('/none'),
      clearDead: stub(),
      file: stub(),
    };
    const settings = {
      countAudio: stub().resolves(),
      mustAllowDuration: stub().resolves(),
      worker: 'w',
      paused: false,
      deadline: 0.05,
      attempts: 5,
    };
    const clock = { now: () => new Date() };
    const conversions = createConversions({ ...parts, ...settings, workspaces, clock, log: silentLog });
    const outcome = await conversions.handle({ taskId: 7, revision: 1 });
    return { outcome, failed: leases.fail.args[0]?.[1]?.code, postponed: leases.postpone.args[0]?.[1] };
  };

  it('is repeated at once where it had got far, and counts', async () => {
    assert.deepEqual(await settled(0.8, 1), { outcome: 'again', failed: undefined, postponed: 0 });
  });

  it('fails as too_long where it had not, or was the last', async () => {
    const failed = { outcome: 'done', failed: 'too_long', postponed: undefined };
    assert.deepEqual(await settled(0.2, 1), failed);
    assert.deepEqual(await settled(0.8, 5), failed);
  });
});
