import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createStepFile } from '../../../lib/uploads/step-file.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('Bytes of a request that are not stored yet', () => {
  const folder = temporaryFolder();
  const BYTES = randomBytes(900_000);

  for (const size of [7, 1000, 16_384, 65_536, 300_000]) {
    it(`are written to a file as they come, in chunks of ${size}, but for the last 16 KiB and chunk`, async () => {
      const path = join(folder(), `step-${size}`);
      const step = createStepFile(() => open(path, 'wx+'));
      const bytes = BYTES.subarray(0, size === 7 ? 35_000 : BYTES.length);
      for (let start = 0; start < bytes.length; start += size) {
        await step.add(bytes.subarray(start, start + size));
        const file = await open(path, 'r').catch(() => undefined);
        const written = (await file?.stat())?.size ?? 0;
        await file?.close();
        assert.ok(step.length() - written <= 16_384 + size);
      }
      assert.equal(step.length(), bytes.length);
      assert.ok((await all(step.first(30_000))).equals(bytes.subarray(0, 30_000)));
      await step.drop(30_000);
      assert.equal(step.length(), bytes.length - 30_000);
      await step.add(bytes.subarray(0, 5));
      const rest = Buffer.concat([bytes.subarray(30_000), bytes.subarray(0, 5)]);
      assert.ok((await all(step.first(rest.length))).equals(rest));
      await step.close();
    });
  }

  it('need no file where they are few', async () => {
    const step = createStepFile(() => assert.fail('a file was opened'));
    await step.add(BYTES.subarray(0, 16_384));
    assert.ok((await all(step.first(16_384))).equals(BYTES.subarray(0, 16_384)));
    await step.close();
  });
});

/** Slices are good only until the next. */
async function all(slices: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const slice of slices) copies.push(Buffer.from(slice));
  return Buffer.concat(copies);
}
