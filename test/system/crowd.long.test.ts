import assert from 'node:assert/strict';
import { testCloud } from '../support/cloud.ts';

const DAY = 86_400_000;

describe('A crowd of messages', function () {
  this.timeout(240_000);
  const cloud = testCloud();
  const COUNT = 200;
  let ids: number[] = [];

  beforeEach(async () => {
    const ann = await cloud.newUser();
    const { id } = await ann.create({ name: 'a.wav', bytes: Buffer.from('x') }, 'mp3');
    const { tasks } = await cloud.app().stores();
    const first = await tasks.find(id);
    assert.ok(first);
    const { userId, name, originalExt, requestedOutput } = first;
    const uploadExpiresAt = new Date(Date.now() + DAY);
    const make = async () => {
      const opened = { declaredSize: null, uploadExpiresAt };
      const task = await tasks.create({ userId, name, originalExt, requestedOutput, ...opened });
      await tasks.markUploaded(task.id);
      return task.id;
    };
    ids = await Promise.all(Array.from({ length: COUNT }, make));
  });

  const statesOf = async () => {
    const { tasks } = await cloud.app().stores();
    const found = await Promise.all(ids.map((id) => tasks.find(id)));
    return new Set(found.map((task) => task?.state));
  };
  const push = async (options: Parameters<typeof cloud.push>[1] = {}) =>
    new Set(await Promise.all(ids.map((taskId) => cloud.push({ taskId, revision: 1 }, options))));

  it('that are answered 429 for ten minutes of clock fails nothing', async () => {
    const { leases } = await cloud.app().stores();
    const claims = await Promise.all(ids.map((taskId) => leases.claim({ taskId, revision: 1 }, 'another')));
    const held = claims.flatMap((claim) => ('lease' in claim ? [claim.lease] : []));
    assert.equal(held.length, COUNT);
    for (let minute = 0; minute < 10; minute++) {
      assert.deepEqual(await push(), new Set([429]));
      assert.deepEqual(await push({ target: 'dead-letter' }), new Set([204]));
      await cloud.pass(60);
      await Promise.all(held.map((lease) => leases.heartbeat(lease, 0.5)));
      await cloud.sweep();
    }
    assert.deepEqual(await statesOf(), new Set(['PROCESSING']));
    await Promise.all(held.map((lease) => leases.release(lease)));
    assert.deepEqual(await statesOf(), new Set(['UPLOADED']));
    await cloud.enqueued(ids);
  });

  it('that find PAUSED for ten minutes of clock fails nothing, and the sweep enqueues for all of them afterwards', async () => {
    await cloud.enqueued(ids);
    const paused = cloud.instance({ PAUSED: 'true' });
    for (let minute = 0; minute < 10; minute++) {
      assert.deepEqual(await push({ app: paused }), new Set([204]));
      await cloud.pass(60);
      await cloud.sweep(paused);
    }
    assert.deepEqual(await statesOf(), new Set(['UPLOADED']));
    await cloud.sweep();
    await cloud.enqueued(ids);
    const { tasks } = await cloud.app().stores();
    assert.equal((await tasks.find(ids[0] ?? 0))?.attempt, 0);
  });
});
