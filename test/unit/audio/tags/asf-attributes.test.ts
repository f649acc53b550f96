import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAsfTexts, withAsfTexts } from '../../../../lib/audio/tags/asf-attributes.ts';
import { temporaryFolder } from '../../../support/folders.ts';

const HEADER = '3026b2758e66cf11a6d900aa0062ce6c';
const EXTENDED = '40a4d0d207e3d21197f000a0c95ea850';
const EXTENSION = 'b503bf5f2ea9cf118ee300c00c205365';
const LIBRARY = '941c23449894d149a1411d134e457054';

describe('Attributes of an ASF file', () => {
  const folder = temporaryFolder();
  const header = object(
    HEADER,
    Buffer.alloc(6),
    object(
      EXTENSION,
      Buffer.alloc(22),
      object(LIBRARY, Buffer.alloc(2), long('Author', 'Bob'), long('my field', 'second')),
    ),
    object(EXTENDED, Buffer.alloc(2), short('my field', 'first'), short('WM/IsCompilation', '1')),
  );

  async function textsOf(bytes: Buffer) {
    const path = join(folder(), 'in.wma');
    await writeFile(path, bytes);
    return readAsfTexts(path);
  }

  it('have all values of a name, the extended ones first', async () => {
    const texts = await textsOf(header);
    assert.deepEqual(Object.fromEntries(texts), {
      'my field': ['first', 'second'],
      'WM/IsCompilation': ['1'],
      Author: ['Bob'],
    });
  });

  it('complete those of the library, without names of makers', () => {
    const texts = new Map([
      ['Author', ['Bob']],
      ['WM/IsCompilation', ['1']],
      ['my field', ['first', 'second']],
      ['WM/AlbumTitle', ['Line']],
      ['WMFSDKVersion', ['1']],
    ]);
    assert.deepEqual(withAsfTexts({ artist: ['Ann'], album: ['Line'] }, texts), {
      artist: ['Ann', 'Bob'],
      album: ['Line'],
      compilation: ['1'],
      'my field': ['first', 'second'],
    });
  });

  it('are read without harm where a file ends early or declares wrong sizes', async () => {
    for (let length = 0; length < header.length; length += 3) await textsOf(header.subarray(0, length));
    for (let at = 16; at < header.length; at += 2) {
      const wrong = Buffer.from(header);
      wrong.writeUInt16LE(0xffff, Math.min(at, header.length - 2));
      await textsOf(wrong);
    }
  });
});

function object(guid: string, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(24 + content.length));
  return Buffer.concat([Buffer.from(guid, 'hex'), size, content]);
}

/** An attribute of the extended content description. */
function short(name: string, value: string): Buffer {
  const [key, text] = [wide(name), wide(value)];
  return Buffer.concat([numbers(key.length), key, numbers(0, text.length), text]);
}

/** An attribute of the metadata library. */
function long(name: string, value: string): Buffer {
  const [key, text] = [wide(name), wide(value)];
  return Buffer.concat([numbers(0, 0, key.length, 0, text.length, 0), key, text]);
}

function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value, at * 2);
  return bytes;
}
