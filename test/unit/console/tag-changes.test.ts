import assert from 'node:assert/strict';
import { chaptersOf, withChapterAt, withChapters } from '../../../lib/console/chapter-list.ts';
import { editedNames, textOf, withTag } from '../../../lib/console/tag-changes.ts';

const MEDIA = {
  tags: { title: ['Waltz; slow'], artist: ['Ann', 'Bob'], mood: ['calm'] },
  chapters: [{ start: 0, end: 5, title: 'One', url: 'https://a.example/' }],
};

describe('Edited tags', () => {
  it('are only those that differ from the file, and null removes one', () => {
    const changed = withTag(MEDIA, { bitrate: 1 }, 'title', 'Tango');
    assert.deepEqual(changed, { bitrate: 1, metadata: { title: 'Tango' } });
    const removed = withTag(MEDIA, changed, 'mood', '');
    assert.deepEqual(removed, { bitrate: 1, metadata: { title: 'Tango', mood: null } });
    assert.equal(textOf(MEDIA, removed, 'mood'), '');
    assert.deepEqual(withTag(MEDIA, changed, 'title', 'Waltz; slow'), { bitrate: 1 });
  });

  it('keep several values apart, and a value with a semicolon whole', () => {
    assert.equal(textOf(MEDIA, {}, 'artist'), 'Ann; Bob');
    assert.deepEqual(withTag(MEDIA, {}, 'artist', 'Ann; Eve'), { metadata: { artist: ['Ann', 'Eve'] } });
    assert.deepEqual(withTag(MEDIA, {}, 'title', 'A; B'), { metadata: { title: 'A; B' } });
  });

  it('have fields for the usual names, those of the file, and those that were added', () => {
    const names = editedNames(MEDIA, { metadata: { __mine: 'x' } });
    assert.equal(names[0], 'title');
    assert.deepEqual(names.slice(-2), ['__mine', 'mood']);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('Edited chapters', () => {
  it('begin with those of the file, stay in order, and have no end of their own', () => {
    assert.equal(chaptersOf(MEDIA, {}), MEDIA.chapters);
    assert.deepEqual(chaptersOf(MEDIA, { chapters: 'strip' }), []);
    const added = withChapterAt([{ start: 2, title: 'Two' }, ...MEDIA.chapters], 1.23456, 'Mid');
    const { chapters } = withChapters({}, added);
    assert.deepEqual(chapters, [
      { start: 0, title: 'One', url: 'https://a.example/' },
      { start: 1.235, title: 'Mid' },
      { start: 2, title: 'Two' },
    ]);
    assert.equal(withChapterAt(MEDIA.chapters, 0, 'Again').length, 1);
  });
});
