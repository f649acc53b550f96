import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Windows-1251 for the first two, Latin-1 for the others. */
const BAND = Buffer.from('c3f0f3efefe020eaf0eee2e8', 'hex');
const SUMMER = Buffer.from('Été à Paris', 'latin1');

describe('Tags that declare Latin-1', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  /** An MP3 with one frame TIT2 in ID3v2.3, whose encoding is 0: ISO 8859-1. */
  async function withTitle(title: Buffer): Promise<string> {
    const plain = ['-id3v2_version', '0', '-write_id3v1', '0', '-write_xing', '0'];
    await makeTone(path('plain.mp3'), 1, ...plain);
    const content = Buffer.concat([Buffer.from([0]), title]);
    const frame = Buffer.concat([Buffer.from('TIT2\0\0\0'), Buffer.from([content.length, 0, 0]), content]);
    const head = Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0', 'latin1'), Buffer.from([frame.length])]);
    await writeFile(path('in.mp3'), Buffer.concat([head, frame, await readFile(path('plain.mp3'))]));
    return path('in.mp3');
  }

  it('and are Windows-1251 are read so, and it is told', async () => {
    const { media, original, warnings } = await convertFile(await withTitle(BAND), path('out.flac'), 'flac');
    assert.deepEqual([original.tags.title, media.tags.title], [['Группа крови'], ['Группа крови']]);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['tags_decoded'],
    );
    assert.match(warnings[0]?.message ?? '', /windows-1251/);
  });

  it('and are Latin-1 stay as they are', async () => {
    const { media, warnings } = await convertFile(await withTitle(SUMMER), path('out.m4a'), 'm4a');
    assert.deepEqual([media.tags.title, warnings], [['Été à Paris'], []]);
  });

  it('are read as the task asks', async () => {
    const input = await withTitle(SUMMER);
    const { media, warnings } = await convertFile(input, path('out.flac'), 'flac', {
      tagEncoding: 'macintosh',
    });
    assert.deepEqual(media.tags.title, [new TextDecoder('macintosh').decode(SUMMER)]);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['tags_decoded'],
    );
    await assert.rejects(convertFile(input, path('out.flac'), 'flac', { tagEncoding: 'latin' }), {
      code: 'invalid_request',
    });
  });
});
