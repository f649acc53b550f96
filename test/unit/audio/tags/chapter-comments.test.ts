import assert from 'node:assert/strict';
import { isChapterComment } from '../../../../lib/audio/media/chapters.ts';
import { chapterComments } from '../../../../lib/audio/tags/chapter-comments.ts';

describe('Chapters as Vorbis comments', () => {
  it('have a time in hours, a name and addresses', () => {
    assert.deepEqual(
      chapterComments([
        { start: 0, end: 1, title: '' },
        { start: 36_061.0504, end: 1, title: 'Ä=b', url: 'https://a.example/', image: 'https://a.example/i' },
        { start: 3599.9996, end: 1, title: 'c' },
      ]),
      [
        ['CHAPTER001', '00:00:00.000'],
        ['CHAPTER002', '10:01:01.050'],
        ['CHAPTER002NAME', 'Ä=b'],
        ['CHAPTER002URL', 'https://a.example/'],
        ['CHAPTER002IMAGE', 'https://a.example/i'],
        ['CHAPTER003', '01:00:00.000'],
        ['CHAPTER003NAME', 'c'],
      ],
    );
  });

  it('are no tags of the sound', () => {
    for (const name of ['CHAPTER001', 'chapter001name', 'Chapter010URL'])
      assert.ok(isChapterComment(name), name);
    for (const name of ['CHAPTER', 'CHAPTER1', 'CHAPTER001X', 'XCHAPTER001'])
      assert.ok(!isChapterComment(name), name);
  });
});
