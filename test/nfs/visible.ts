import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createFolderStorage } from '../../lib/adapters/storage/nfs.ts';
import { markRoot } from '../../lib/adapters/storage/nfs-marker.ts';

const FILES = 50;

/**
 * One folder by two mounts of NFS: does the reader see what the writer has just stored, though it looked there in vain a
 * moment before and remembers so?
 */
async function visible(writing: string, reading: string): Promise<void> {
  const root = (mount: string) => join(mount, 'originals');
  await markRoot(root(writing), 'originals');
  const open = (mount: string) => createFolderStorage({ root: root(mount), role: 'originals', own: false });
  const [writer, reader] = [open(writing), open(reading)];
  await writer.put('0/song.wav', Readable.from([Buffer.from('sound')]));
  await reader.stat('0/song.wav');
  let hidden = 0;
  for (let id = 1; id <= FILES; id++) {
    const path = join(root(reading), String(id), 'song.wav');
    existsSync(path);
    await writer.put(`${id}/song.wav`, Readable.from([Buffer.from('sound')]));
    if (!existsSync(path)) hidden += 1;
    assert.equal((await reader.stat(`${id}/song.wav`))?.size, 5);
  }
  process.stdout.write(
    `Of ${FILES} new files ${hidden} were hidden from a plain look, and none from the storage.\n`,
  );
}

await visible(process.argv[2] ?? '', process.argv[3] ?? '');
