import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PIECE, type ResumableUpload, resumableUpload } from '../support/resumable.ts';

/** An upload that was declared. */
export interface OpenedSession {
  url: string;
  headers: Record<string, string>;
  /** What is stored under the original's key; undefined before the file is whole. */
  stored(): Promise<Buffer | undefined>;
}

export interface UploadsUnderTest {
  open(size: number | undefined): Promise<OpenedSession>;
  /**
   * Whether the server keeps to the whole protocol. fake-gcs-server makes an object of what was received when it is asked
   * for the status, and does not look at offsets (fsouza/fake-gcs-server#2354, #1362).
   */
  full: boolean;
}

/** What every server of large uploads must do, by Cloud Storage's "Performing resumable uploads". */
export function describeUploads(name: string, { open, full }: UploadsUnderTest): void {
  describe(name, () => {
    const file = randomBytes(3 * PIECE + 1234);
    const total = file.length;
    let opened: OpenedSession;
    let upload: ResumableUpload;

    const begin = async (size: number | undefined) => {
      opened = await open(size);
      upload = resumableUpload(opened.url, opened.headers);
    };
    const piece = (first: number, end: number, of: number | '*' = total) =>
      upload.put(file.subarray(first, end), `bytes ${first}-${end - 1}/${of}`);
    const mustBeStored = async () => assert.deepEqual(await opened.stored(), file);

    beforeEach(() => begin(total));

    it('takes a file whole', async () => {
      assert.match(String((await upload.put(file)).status), /^20[01]$/);
      await mustBeStored();
    });

    it('takes a file whole whose size was not declared', async () => {
      await begin(undefined);
      assert.match(String((await upload.put(file)).status), /^20[01]$/);
      await mustBeStored();
    });

    it('takes pieces in order, and says after each how much was received', async () => {
      assert.deepEqual(await piece(0, PIECE), { status: 308, received: PIECE, code: undefined });
      assert.deepEqual(await piece(PIECE, 3 * PIECE), { status: 308, received: 3 * PIECE, code: undefined });
      assert.equal(await opened.stored(), undefined);
      assert.match(String((await piece(3 * PIECE, total)).status), /^20[01]$/);
      await mustBeStored();
    });

    it('takes pieces of a file whose size shows at the end', async () => {
      await begin(undefined);
      assert.equal((await piece(0, 2 * PIECE, '*')).status, 308);
      assert.match(String((await piece(2 * PIECE, total)).status), /^20[01]$/);
      await mustBeStored();
    });

    it('answers 499 to a cancellation', async () => {
      assert.equal(await upload.cancel(), 499);
    });

    if (!full) return;

    it('says what was received when it is asked, and nothing before anything has', async () => {
      assert.deepEqual(await upload.ask(), { status: 308, received: 0, code: undefined });
      await piece(0, PIECE);
      for (const size of [undefined, total]) {
        assert.deepEqual(await upload.ask(size), { status: 308, received: PIECE, code: undefined });
      }
      assert.equal(await opened.stored(), undefined);
    });

    it('says that the file is whole when it is asked later, and when the last piece comes again', async () => {
      await upload.put(file);
      for (const size of [undefined, total]) assert.equal((await upload.ask(size)).status, 200);
      assert.equal((await piece(3 * PIECE, total)).status, 200);
      assert.equal((await upload.put(file)).status, 200);
      await mustBeStored();
    });

    it('completes a file of unknown size when it is told the size afterwards', async () => {
      await begin(undefined);
      const aligned = file.subarray(0, 2 * PIECE);
      assert.equal((await upload.put(aligned, `bytes 0-${2 * PIECE - 1}/*`)).status, 308);
      assert.equal((await upload.ask(2 * PIECE)).status, 200);
      assert.deepEqual(await opened.stored(), aligned);
    });

    it('takes a rest whose end only the end of the request tells', async () => {
      await begin(undefined);
      await piece(0, PIECE, '*');
      assert.equal((await upload.put(file.subarray(PIECE), `bytes ${PIECE}-*/*`)).status, 200);
      await mustBeStored();
    });

    it('takes a piece that comes again, or overlaps what is there, once', async () => {
      await piece(0, 2 * PIECE);
      assert.equal((await piece(0, 2 * PIECE)).received, 2 * PIECE);
      assert.equal((await piece(0, PIECE)).received, 2 * PIECE);
      assert.equal((await piece(PIECE, 3 * PIECE)).received, 3 * PIECE);
      assert.equal((await piece(100, total)).status, 200);
      await mustBeStored();
    });

    it('takes the whole file again after a part of it', async () => {
      await piece(0, PIECE);
      assert.equal((await upload.put(file)).status, 200);
      await mustBeStored();
    });

    it('refuses a piece that would leave a gap, and keeps what is there', async () => {
      await piece(0, PIECE);
      assert.deepEqual(await piece(2 * PIECE, 3 * PIECE), { status: 503, received: 0, code: 'upload_gap' });
      assert.equal((await upload.ask()).received, PIECE);
      assert.equal((await upload.finish(file)).status, 200);
      await mustBeStored();
    });

    it('refuses a piece under 256 KiB that is not the last', async () => {
      assert.equal((await piece(0, PIECE - 1)).status, 400);
      assert.equal((await upload.ask()).received, 0);
    });

    it('keeps of a piece that is no multiple of 256 KiB as much as is one', async () => {
      assert.deepEqual(await piece(0, PIECE + 77), { status: 308, received: PIECE, code: undefined });
      assert.equal((await upload.finish(file)).status, 200);
      await mustBeStored();
    });

    for (const [where, sent] of [
      ['at its beginning', 0],
      ['inside it', PIECE - 1],
      ['at a boundary', PIECE],
      ['behind a boundary', PIECE + 500],
      ['before its last byte', 2 * PIECE + 1233],
    ] as const) {
      it(`goes on at a multiple of 256 KiB after a piece that breaks ${where}`, async () => {
        await piece(0, PIECE);
        await upload.breakOff(file, PIECE, sent);
        const { received } = await upload.ask();
        assert.ok(received >= PIECE && received <= PIECE + sent && received % PIECE === 0, String(received));
        assert.equal(await finishStubbornly(upload, file, PIECE), 200);
        await mustBeStored();
      });
    }

    it('refuses other bytes than were received, and keeps those that have', async () => {
      await piece(0, 2 * PIECE);
      for (const position of [0, PIECE + 5, 2 * PIECE - 1]) {
        const other = Buffer.from(file);
        other.writeUInt8(other.readUInt8(position) ^ 1, position);
        for (const start of [0, PIECE]) {
          if (position < start) continue;
          const refused = await upload.put(other.subarray(start), `bytes ${start}-${total - 1}/${total}`);
          assert.deepEqual([refused.status, refused.code], [409, 'upload_conflict'], `${start} ${position}`);
        }
      }
      assert.equal((await upload.ask()).received, 2 * PIECE);
      assert.equal((await upload.finish(file)).status, 200);
      await mustBeStored();
    });

    it('refuses another file where one is complete, and knows its own again', async () => {
      await begin(undefined);
      await upload.put(file);
      const other = Buffer.from(file);
      other.writeUInt8(other.readUInt8(total - 1) ^ 1, total - 1);
      for (const [body, range] of [
        [other, undefined],
        [other.subarray(2 * PIECE), `bytes ${2 * PIECE}-${total - 1}/${total}`],
        [file.subarray(0, PIECE), undefined],
        [Buffer.concat([file, file]), 'bytes 0-*/*'],
      ] as const) {
        const refused = await upload.put(body, range);
        assert.deepEqual([refused.status, refused.code], [409, 'upload_conflict']);
      }
      assert.equal((await upload.put(file)).status, 200);
      await mustBeStored();
    });

    it('refuses pieces that speak of files of different sizes', async () => {
      await begin(undefined);
      await piece(0, PIECE);
      const refused = [await piece(PIECE, 2 * PIECE, total + 5), await upload.ask(total + 5)];
      for (const { status, code } of refused) assert.deepEqual([status, code], [409, 'upload_conflict']);
      assert.equal((await upload.finish(file)).status, 200);
      await mustBeStored();
    });

    it('refuses a file that ends where an earlier one went on', async () => {
      await begin(undefined);
      await piece(0, 3 * PIECE, '*');
      const short = file.subarray(0, 2 * PIECE);
      for (const range of [undefined, 'bytes 0-*/*']) {
        const refused = await upload.put(short, range);
        assert.deepEqual([refused.status, refused.code], [409, 'upload_conflict']);
      }
      assert.equal((await upload.finish(file)).status, 200);
      await mustBeStored();
    });

    for (const size of [2 * PIECE, 3 * PIECE]) {
      it(`takes the same file from four clients at once, in pieces of ${size} bytes`, async () => {
        const clients = Array.from({ length: 4 }, () => resumableUpload(opened.url, opened.headers));
        const ends = await Promise.all(clients.map((client) => finishStubbornly(client, file, size)));
        assert.deepEqual(ends, [200, 200, 200, 200]);
        await mustBeStored();
      });
    }

    for (const range of [
      'bytes',
      'bytes 0-1',
      'bytes 5-3/10',
      'bytes 0-10/5',
      'bytes -5/10',
      'items 0-1/2',
      'bytes a-b/c',
    ]) {
      it(`refuses the Content-Range ${range}`, async () => {
        assert.equal((await upload.put(file.subarray(0, 2), range)).status, 400);
      });
    }

    it('refuses a Content-Range that does not fit the body', async () => {
      assert.equal((await upload.put(file.subarray(0, 10), `bytes 0-${PIECE - 1}/${total}`)).status, 400);
      assert.equal((await upload.ask()).received, 0);
    });

    it('refuses a file of another size than was declared', async () => {
      for (const refused of [
        await upload.put(file.subarray(0, 10)),
        await upload.put(Buffer.concat([file, file])),
        await piece(0, PIECE, total + 1),
        await piece(0, PIECE, PIECE),
        await upload.ask(PIECE),
      ]) {
        assert.deepEqual([refused.status, refused.code], [400, 'size_mismatch']);
      }
      assert.equal((await upload.finish(file)).status, 200);
      await mustBeStored();
    });

    it('refuses an empty file', async () => {
      await begin(undefined);
      assert.equal((await upload.put(new Uint8Array())).status, 400);
    });

    it('takes nothing more after a cancellation, and forgets what was there', async () => {
      await piece(0, PIECE);
      await upload.cancel();
      for (const refused of [await upload.ask(), await piece(PIECE, total), await upload.put(file)]) {
        assert.deepEqual([refused.status, refused.code], [410, 'upload_gone']);
      }
      assert.equal(await upload.cancel(), 410);
      assert.equal(await opened.stored(), undefined);
    });
  });
}

/** Goes on after every 503, which says that another client goes on with the upload, or that one was faster. */
async function finishStubbornly(client: ResumableUpload, file: Uint8Array, size: number): Promise<number> {
  for (;;) {
    const { status } = await client.finish(file, size);
    if (status !== 503) return status;
  }
}
