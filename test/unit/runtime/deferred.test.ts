import assert from 'node:assert/strict';
import sinon from 'sinon';
import { deferred } from '../../../lib/runtime/deferred.ts';
import { lazy } from '../../../lib/runtime/lazy.ts';

describe('A deferred service', () => {
  const opening = () => {
    let total = 0;
    return {
      async add(n: number) {
        total += n;
        return total;
      },
    };
  };

  it('is opened by its first call, and once', async () => {
    const open = sinon.spy(async () => opening());
    const service = deferred(lazy(open));
    sinon.assert.notCalled(open);
    assert.equal(await service.add(2), 2);
    assert.equal(await service.add(3), 5);
    sinon.assert.calledOnce(open);
  });

  it('is not opened where a promise resolves to it', async () => {
    const open = sinon.spy(async () => opening());
    await Promise.resolve(deferred(open));
    sinon.assert.notCalled(open);
  });

  it('rejects a call with the error of the opening, and is opened again by the next', async () => {
    const open = sinon.stub<[], Promise<ReturnType<typeof opening>>>();
    open.onFirstCall().rejects(new Error('closed'));
    open.onSecondCall().resolves(opening());
    const service = deferred(lazy(open));
    await assert.rejects(service.add(1), /closed/);
    assert.equal(await service.add(1), 1);
  });
});
