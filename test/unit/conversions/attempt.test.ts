import assert from 'node:assert/strict';
import { stub } from 'sinon';
import { beginAttempt, holds } from '../../../lib/conversions/attempt.ts';
import type { LeaseStore } from '../../../lib/ports/leases.ts';
import type { Task } from '../../../lib/ports/tasks.ts';

describe('The lease of an attempt', () => {
  const task = {
    id: 7,
    name: 'a.wav',
    revision: 1,
    requestedOutput: { format: 'mp3', options: {} },
  } as unknown as Task;
  const lease = { taskId: 7, revision: 1, attempt: 1 };
  const claimed = (ago: number) =>
    beginAttempt({ lease, task, waited: null, fault: null }, performance.now() - ago);
  const store = (held: boolean) => {
    const heartbeat = stub<[], Promise<boolean>>().resolves(held);
    return { heartbeat, leases: { heartbeat } as unknown as LeaseStore };
  };

  it('is not asked for again just after the claim', async () => {
    const { heartbeat, leases } = store(false);
    assert.equal(await holds(leases, claimed(0)), true);
    assert.equal(heartbeat.callCount, 0);
  });

  it('is asked for, and renewed, when it is older', async () => {
    const { heartbeat, leases } = store(true);
    const attempt = claimed(5000);
    assert.equal(await holds(leases, attempt), true);
    assert.equal(await holds(leases, attempt), true);
    assert.equal(heartbeat.callCount, 1);
  });

  it('is lost where the store says so, as often as it is asked for', async () => {
    const { heartbeat, leases } = store(false);
    const attempt = claimed(5000);
    assert.equal(await holds(leases, attempt), false);
    assert.equal(await holds(leases, attempt), false);
    assert.equal(heartbeat.callCount, 2);
  });
});
