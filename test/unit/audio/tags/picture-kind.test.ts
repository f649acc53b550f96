import assert from 'node:assert/strict';
import { pictureKind } from '../../../../lib/audio/tags/picture-kind.ts';

const bytes = (text: string, length = 40) => {
  const made = Buffer.alloc(length);
  made.write(text, 'latin1');
  return made;
};

describe('Kinds of pictures', () => {
  it('are read from the bytes, with the size', () => {
    const png = bytes('\x89PNG\r\n\x1a\n');
    png.writeUInt32BE(300, 16);
    png.writeUInt32BE(200, 20);
    assert.deepEqual(pictureKind(png), { mimeType: 'image/png', width: 300, height: 200 });
    const jpeg = Buffer.from('ffd8ffe000040000ffc00011080064012c03', 'hex');
    assert.deepEqual(pictureKind(jpeg), { mimeType: 'image/jpeg', width: 300, height: 100 });
    const gif = bytes('GIF89a\x20\x00\x10\x00');
    assert.deepEqual(pictureKind(gif), { mimeType: 'image/gif', width: 32, height: 16 });
    const webp = bytes('RIFF\0\0\0\0WEBPVP8X');
    webp.writeUIntLE(99, 24, 3);
    webp.writeUIntLE(49, 27, 3);
    assert.deepEqual(pictureKind(webp), { mimeType: 'image/webp', width: 100, height: 50 });
    const bmp = bytes('BM');
    bmp.writeInt32LE(7, 18);
    bmp.writeInt32LE(-9, 22);
    assert.deepEqual(pictureKind(bmp), { mimeType: 'image/bmp', width: 7, height: 9 });
  });

  it('are unknown for pages, text and nothing, and no end of the bytes does harm', () => {
    for (const text of ['<!doctype html><html>', '', 'JPEG', '\xff\xd8']) {
      assert.equal(pictureKind(Buffer.from(text, 'latin1')).mimeType, null, text);
    }
    const jpeg = Buffer.from('ffd8ffe0ffff0000ffc0001108', 'hex');
    for (let end = 0; end <= jpeg.length; end++) pictureKind(jpeg.subarray(0, end));
    assert.equal(pictureKind(jpeg).width, null);
  });
});
