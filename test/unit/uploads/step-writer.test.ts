import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createStepBuffers, type StepBuffers } from '../../../lib/uploads/step-buffers.ts';
import { createStepWriter } from '../../../lib/uploads/step-writer.ts';

const BYTES = randomBytes(900_000);
const HELD = 8 * 1024;

describe('A step writer', () => {
  /** Writes that are recorded; the bytes are copied, since they are good only until a write is done. */
  const recorded = (buffers: StepBuffers, idle = 60_000) => {
    const writes: Buffer[] = [];
    const write = async (bytes: Uint8Array) => {
      writes.push(Buffer.from(bytes));
    };
    return { writes, writer: createStepWriter({ buffers, write, idle }) };
  };

  for (const size of [7, 1000, HELD, 65_536, 300_000]) {
    for (const most of [0, 1, 2]) {
      it(`writes all bytes in order, in chunks of ${size}, where the process has ${most} buffers`, async () => {
        const bytes = BYTES.subarray(0, size === 7 ? 35_000 : BYTES.length);
        const { writes, writer } = recorded(createStepBuffers(most, 131_072));
        for (let start = 0; start < bytes.length; start += size)
          await writer.add(bytes.subarray(start, start + size));
        await writer.flush();
        await writer.close();
        assert.ok(Buffer.concat(writes).equals(bytes));
      });
    }
  }

  it('borrows no buffer for few bytes', async () => {
    const { writes, writer } = recorded({
      borrow: () => assert.fail('a buffer was borrowed'),
      giveBack: () => assert.fail('a buffer came back'),
    });
    await writer.add(BYTES.subarray(0, HELD));
    await writer.flush();
    await writer.close();
    assert.deepEqual(writes, [BYTES.subarray(0, HELD)]);
  });

  it('takes the next bytes while a full buffer is written', async () => {
    const stored = Promise.withResolvers<void>();
    const writer = createStepWriter({ buffers: createStepBuffers(2, 65_536), write: () => stored.promise });
    await writer.add(BYTES.subarray(0, 65_536));
    await writer.add(BYTES.subarray(0, 65_535));
    stored.resolve();
    await writer.close();
  });

  it('gives its buffer back when nothing comes any more, after it has written what it held', async () => {
    const buffers = createStepBuffers(1);
    const cameBack = Promise.withResolvers<void>();
    const watched: StepBuffers = {
      borrow: buffers.borrow,
      giveBack(buffer) {
        buffers.giveBack(buffer);
        cameBack.resolve();
      },
    };
    const { writes, writer } = recorded(watched, 1);
    await writer.add(BYTES.subarray(0, 100_000));
    await cameBack.promise;
    assert.ok(buffers.borrow());
    await writer.add(BYTES.subarray(100_000, 300_000));
    await writer.flush();
    await writer.close();
    assert.ok(Buffer.concat(writes).equals(BYTES.subarray(0, 300_000)));
  });

  it('gives its buffers back however it ends', async () => {
    const buffers = createStepBuffers(2, 65_536);
    for (const end of ['close', 'failure'] as const) {
      const write = async () => {
        if (end === 'failure') throw new Error('disk full');
      };
      const writer = createStepWriter({ buffers, write });
      await writer.add(BYTES.subarray(0, 100_000));
      if (end === 'failure') await assert.rejects(writer.flush(), /disk full/);
      if (end === 'failure') await assert.rejects(writer.add(BYTES), /disk full/);
      await writer.close();
    }
    assert.ok(buffers.borrow() && buffers.borrow());
  });
});
