import assert from 'node:assert/strict';
import {
  type Chapter,
  checkedChapters,
  FFPROBE_CHAPTERS,
  MOST_CHAPTERS,
} from '../../../../lib/audio/media/chapters.ts';

/** Reads chapters as ffprobe prints them: numbers are texts. */
function read(chapters: [string, string, string?][], duration: number | null = 10): Chapter[] {
  const printed = chapters.map(([start_time, end_time, title]) => {
    return { start_time, end_time, ...(title !== undefined && { tags: { title } }) };
  });
  return checkedChapters(FFPROBE_CHAPTERS.parse(printed), duration).chapters;
}

describe('Chapters of a file', () => {
  it('keep their times and titles', () => {
    assert.deepEqual(
      read([
        ['0.000000', '4.500000', ' Öne '],
        ['4.500000', '10.000000'],
      ]),
      [
        { start: 0, end: 4.5, title: 'Öne' },
        { start: 4.5, end: 10, title: '' },
      ],
    );
  });

  it('are put in the order of their starts, and may overlap', () => {
    const found = read([
      ['5', '9', 'b'],
      ['0', '10', 'all'],
      ['0', '5', 'a'],
    ]);
    assert.deepEqual(
      found.map(({ title }) => title),
      ['all', 'a', 'b'],
    );
    assert.deepEqual(
      found.map(({ end }) => end),
      [10, 5, 9],
    );
  });

  it('lie within the sound: negative starts become 0, and those behind its end are left out', () => {
    assert.deepEqual(
      read([
        ['-3', '2', 'a'],
        ['8', '99', 'b'],
        ['10', '12', 'c'],
        ['1e300', '2e300', 'd'],
      ]),
      [
        { start: 0, end: 2, title: 'a' },
        { start: 8, end: 10, title: 'b' },
      ],
    );
  });

  it('end where the next one begins if their own end is missing or wrong', () => {
    assert.deepEqual(
      read([
        ['1', '1', 'a'],
        ['2', 'N/A', 'b'],
        ['4', '3', 'c'],
      ]).map(({ end }) => end),
      [2, 4, 10],
    );
    assert.deepEqual(read([['1', '0', 'a']], null), [{ start: 1, end: 1, title: 'a' }]);
  });

  it('without a start are left out', () => {
    assert.deepEqual(
      read([
        ['N/A', '2', 'a'],
        ['nan', '2', 'b'],
        ['inf', 'inf', 'c'],
      ]),
      [],
    );
  });

  it('have titles without NUL and halves of surrogate pairs, of limited length', () => {
    const [a, b] = read([
      ['0', '1', 'a\0b\ud800'],
      ['1', '2', 'x'.repeat(9999)],
    ]);
    assert.deepEqual([a?.title, b?.title.length], ['ab\ufffd', 500]);
  });

  it('are limited in number and in text, and it is told', () => {
    const many = Array.from({ length: 100_000 }, () => ({ start: 1, end: 0, title: '' }));
    const { chapters, more } = checkedChapters(many, 10);
    assert.deepEqual([chapters.length, more], [MOST_CHAPTERS, true]);
    const long = Array.from({ length: 2000 }, (_, index) => ({
      start: index,
      end: index + 1,
      title: 'x'.repeat(500),
    }));
    assert.equal(checkedChapters(long, null).chapters.length, 400);
    assert.equal(checkedChapters(long.slice(0, 300), null).more, false);
  });

  it('are none where ffprobe prints something else', () => {
    for (const printed of [undefined, 'x', [{ tags: 5 }], [5]]) {
      const found = FFPROBE_CHAPTERS.parse(printed);
      assert.deepEqual(checkedChapters(found, 1), { chapters: [], more: false });
    }
  });
});
