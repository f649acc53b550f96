import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binaries, makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const run = promisify(execFile);

/** A picture to embed; `type` as FLAC numbers it. */
interface Embedded {
  type: number;
  mimeType: string;
  data: Buffer;
}

describe('Pictures', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  async function makePicture(name: string, size: number): Promise<Buffer> {
    const { ffmpeg } = await binaries();
    const source = ['-f', 'lavfi', '-i', `color=red:s=${size}x${size}:d=0.04`, '-frames:v', '1'];
    await run(ffmpeg.path, ['-v', 'error', '-y', ...source, path(name)]);
    return readFile(path(name));
  }

  async function withPictures(...pictures: Embedded[]): Promise<string> {
    await makeTone(path('plain.flac'), 0.5, '-metadata', 'title=kept');
    const plain = await readFile(path('plain.flac'));
    const info = 4 + 4 + 34;
    const blocks = pictures.map(pictureBlock);
    await writeFile(
      path('in.flac'),
      Buffer.concat([plain.subarray(0, info), ...blocks, plain.subarray(info)]),
    );
    return path('in.flac');
  }

  it('keep their types, and the front cover comes first', async () => {
    const [cover, icon] = [await makePicture('a.jpg', 200), await makePicture('b.png', 32)];
    const input = await withPictures(
      { type: 1, mimeType: 'image/png', data: icon },
      { type: 4, mimeType: 'image/png', data: await makePicture('c.png', 100) },
      { type: 3, mimeType: 'image/jpeg', data: cover },
    );
    for (const format of ['mp3', 'flac', 'opus', 'wav']) {
      const { media, adaptations } = await convertFile(input, path(`out.${format}`), format);
      const found = media.pictures?.map(({ type, width }) => `${type} ${width}`).sort();
      assert.deepEqual(found, ['backCover 100', 'fileIcon 32', 'frontCover 200'], format);
      assert.deepEqual(
        adaptations.filter(({ property }) => property === 'coverArt'),
        [],
        format,
      );
    }
    const { media, adaptations } = await convertFile(input, path('out.m4a'), 'm4a');
    assert.equal(media.pictures?.[0]?.width, 200);
    assert.deepEqual(
      adaptations.filter(({ property }) => property === 'coverArt').map(({ from }) => from),
      ['fileIcon', 'backCover'],
    );
  });

  it('are what their bytes say; the rest is left out, and told', async () => {
    const png = await makePicture('a.png', 50);
    const huge = Buffer.from(png);
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    const input = await withPictures(
      { type: 3, mimeType: 'image/jpeg', data: png },
      { type: 4, mimeType: 'image/jpeg', data: Buffer.from('<html>not found</html>') },
      { type: 5, mimeType: 'image/png', data: huge },
    );
    for (const format of ['mp3', 'flac', 'm4a', 'alac', 'aiff', 'ogg']) {
      const output = path(`out-${format}.${format === 'alac' ? 'm4a' : format}`);
      const { media, adaptations } = await convertFile(input, output, format);
      assert.deepEqual(
        media.pictures?.map(({ mimeType }) => mimeType),
        ['image/png'],
        format,
      );
      const told = adaptations
        .filter(({ to }) => to === 'left out')
        .map(({ from }) => String(from).split(',')[0]);
      assert.deepEqual(told, ['backCover', 'leafletPage'], format);
      assert.deepEqual(media.tags.title, ['kept'], format);
    }
  });

  it('of other kinds stay where the container can name them, and are told elsewhere', async () => {
    const gif = await makePicture('a.gif', 40);
    const webp = Buffer.alloc(64);
    webp.write('RIFF\0\0\0\0WEBPVP8X', 'latin1');
    const input = await withPictures(
      { type: 3, mimeType: 'image/gif', data: gif },
      { type: 4, mimeType: 'image/webp', data: webp },
    );
    const kinds = async (format: string) =>
      (await convertFile(input, path(`out.${format}`), format)).media.pictures?.map(
        ({ mimeType }) => mimeType,
      );
    assert.deepEqual(await kinds('mp3'), ['image/gif', 'image/webp']);
    assert.deepEqual(await kinds('m4a'), ['image/gif']);
    const { adaptations } = await convertFile(input, path('out.m4a'), 'm4a');
    assert.match(String(adaptations.find(({ property }) => property === 'coverArt')?.from), /webp/);
  });
});

/** A metadata block of FLAC (RFC 9639, 8.8). */
function pictureBlock({ type, mimeType, data }: Embedded): Buffer {
  const name = Buffer.from(mimeType);
  const content = Buffer.concat([
    numbers(type, name.length),
    name,
    numbers(0, 0, 0, 0, 0, data.length),
    data,
  ]);
  const head = numbers(content.length);
  head.writeUInt8(6, 0);
  return Buffer.concat([head, content]);
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, index * 4);
  });
  return bytes;
}
