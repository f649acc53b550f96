import assert from 'node:assert/strict';
import { stub } from 'sinon';
import type { AudioEngine } from '../../../lib/audio/engine/engine.ts';
import { createConversions } from '../../../lib/conversions/conversion.ts';
import { faultOf } from '../../../lib/conversions/repeated-fault.ts';
import type { AlbumStore } from '../../../lib/ports/albums.ts';
import type { LeaseStore } from '../../../lib/ports/leases.ts';
import type { Storage } from '../../../lib/ports/storage.ts';
import type { Task, TaskStore } from '../../../lib/ports/tasks.ts';
import { AppError } from '../../../lib/runtime/errors.ts';
import { silentLog } from '../../../lib/runtime/log.ts';

const UNREADABLE = new AppError('internal', 'The result could not be read back.');

describe('An attempt that breaks off', () => {
  const broken = async (error: Error, fault: string | null) => {
    const lease = { taskId: 7, revision: 1, attempt: 2 };
    const task = {
      ...lease,
      id: 7,
      name: 'a.wav',
      originalExt: 'wav',
      requestedOutput: { format: 'mp3', options: {} },
    } as unknown as Task;
    const leases = {
      claim: stub().resolves({ lease, task, fault }),
      heartbeat: stub().resolves(true),
      fail: stub().resolves(true),
      postpone: stub().resolves(true),
    };
    const storage = {
      local: true,
      check: stub().resolves(),
      fetch: stub().resolves(),
      stat: stub().resolves(),
    };
    const engine = {
      convert: stub().rejects(error),
      probe: stub().resolves({ tags: {}, sounds: [], chunks: [], media: {} }),
    };
    const conversions = createConversions({
      leases: leases as unknown as LeaseStore,
      tasks: {} as TaskStore,
      albums: {} as AlbumStore,
      originals: storage as unknown as Storage,
      results: storage as unknown as Storage,
      engine: engine as unknown as AudioEngine,
      workspaces: { use: (work) => work('/none'), clearDead: stub() },
      countAudio: stub().resolves(),
      mustAllowDuration: stub().resolves(),
      worker: 'w',
      paused: false,
      deadline: undefined,
      attempts: 5,
      clock: { now: () => new Date() },
      log: silentLog,
    });
    const outcome = await conversions.handle({ taskId: 7, revision: 1 }).catch(() => 'thrown');
    const [, seconds, kept] = leases.postpone.args[0] ?? [];
    return { outcome, failed: leases.fail.args[0]?.[1]?.code, seconds, kept };
  };

  it('because of its file is tried again at once, and fails if the next one breaks off in the same way', async () => {
    const fault = faultOf(UNREADABLE, 1);
    assert.deepEqual(await broken(UNREADABLE, null), {
      outcome: 'thrown',
      failed: undefined,
      seconds: 0,
      kept: fault,
    });
    const { outcome, failed } = await broken(UNREADABLE, fault ?? null);
    assert.deepEqual([outcome, failed], ['done', 'gave_up']);
    assert.equal((await broken(new TypeError('x'), fault ?? null)).failed, undefined);
  });

  it('because of its surroundings is tried again later, however often', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    for (const error of [new AppError('unavailable', 'The storage is slow.'), refused]) {
      const first = await broken(error, null);
      assert.deepEqual([first.failed, first.seconds, first.kept], [undefined, 120, undefined]);
      assert.equal((await broken(error, `1: ${error.name}: ${error.message}`)).failed, undefined);
    }
  });

  it('in another revision counts for itself', () => {
    assert.notEqual(faultOf(UNREADABLE, 1), faultOf(UNREADABLE, 2));
  });
});
