import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sourceOf } from '../../../lib/client/source.ts';

/** Bytes that differ at every place nearby. */
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251);

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (const size of sizes) {
    yield bytes.subarray(position, position + size);
    position += size;
  }
  yield bytes.subarray(position);
}

async function content(body: Blob | Uint8Array<ArrayBuffer>): Promise<number[]> {
  return [...new Uint8Array(await new Blob([body]).arrayBuffer())];
}

describe('A file that is sent in parts', () => {
  it('has the same bytes as a stream in any chunks, also where a part is read again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(300),
        fc.array(fc.nat(40), { maxLength: 12 }),
        fc.integer({ min: 1, max: 64 }),
        fc.array(fc.nat(64), { maxLength: 40 }),
        async (length, sizes, step, kept) => {
          const bytes = bytesOf(length);
          const source = sourceOf(chunked(bytes, sizes));
          let position = 0;
          for (const keep of [...kept, ...Array(400).fill(step)]) {
            const part = await source.part(position, step);
            assert.deepEqual(await content(part.body), [...bytes.subarray(position, position + step)]);
            assert.equal(part.last, position + part.size === length);
            // The service may have kept any number of its bytes.
            position += Math.min(keep, part.size);
            if (part.last && position === length) break;
          }
          assert.equal(position, length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('knows its size and its name where it is a File, and tells its last part', async () => {
    const source = sourceOf(new File([bytesOf(100)], 'a.wav'));
    assert.deepEqual([source.size, source.name], [100, 'a.wav']);
    const [first, second] = [await source.part(0, 60), await source.part(60, 60)];
    assert.deepEqual([first.size, first.last, second.size, second.last], [60, false, 40, true]);
  });

  it('refuses to go back where a stream has no bytes any more', async () => {
    const source = sourceOf(chunked(bytesOf(100), [10]));
    await source.part(0, 20);
    await source.part(20, 20);
    await assert.rejects(source.part(0, 20), { code: 'file_changed' });
  });

  it('takes bytes, and an empty file', async () => {
    assert.deepEqual(await content((await sourceOf(bytesOf(3)).part(0, 10)).body), [0, 1, 2]);
    assert.deepEqual(await content((await sourceOf(bytesOf(3).buffer).part(1, 1)).body), [1]);
    const { size, last } = await sourceOf(chunked(bytesOf(0), [])).part(0, 10);
    assert.deepEqual([size, last], [0, true]);
  });

  it('reads a stream of the web, and ends it', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytesOf(10)),
      cancel() {
        cancelled = true;
      },
    });
    const source = sourceOf(stream);
    assert.deepEqual(await content((await source.part(0, 4)).body), [0, 1, 2, 3]);
    await source.close();
    assert.ok(cancelled);
    const unread = new ReadableStream<Uint8Array>({ cancel: () => stop() });
    let stopped = false;
    const stop = () => {
      stopped = true;
    };
    await sourceOf(unread).close();
    assert.ok(stopped);
  });
});
