import assert from 'node:assert/strict';
import type { Tags } from '../../../lib/audio/media/tag-names.ts';
import { partNames } from '../../../lib/tasks/part-names.ts';

const part = (number: number, tags: Tags, isTitled = true) => ({ number, total: 12, tags, isTitled });

describe('The name of a part', () => {
  it('has its number and its title, or the name of the original', () => {
    const parts = [part(1, { title: ['One'] }), part(12, { title: ['Whole'] }, false)];
    assert.deepEqual(partNames(undefined, parts, 'song', 'mp3'), ['01 One.mp3', 'song 12.mp3']);
  });

  it('follows a pattern, whose places are replaced once', () => {
    const [name] = partNames(
      '{number}of{total} {artist} - {title} {x}',
      [part(2, { title: ['{number}'], artist: ['Ann'] })],
      'song',
      'flac',
    );
    assert.equal(name, '02of12 Ann - {number} {x}.flac');
  });

  it('is no path, no device and not too long, and differs from all others', () => {
    const titles = ['../../etc/passwd', '..', 'a:b', 'A:B', 'ü'.repeat(300)];
    const names = partNames(
      '{title}',
      titles.map((title, index) => part(index + 1, { title: [title] })),
      'x',
      'mp3',
    );
    assert.deepEqual(names.slice(0, 4), ['.._.._etc_passwd.mp3', '_.mp3', 'a_b.mp3', 'A_B (2).mp3']);
    assert.equal(names[4], `${'ü'.repeat(90)}.mp3`);
  });
});
