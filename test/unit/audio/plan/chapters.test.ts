import assert from 'node:assert/strict';
import { type Format, findFormat } from '../../../../lib/audio/formats/formats.ts';
import { parseOptions } from '../../../../lib/audio/formats/options.ts';
import type { Chapter } from '../../../../lib/audio/media/chapters.ts';
import { plannedChapters } from '../../../../lib/audio/plan/chapters.ts';
import { formatCalled } from '../../../support/engine.ts';
import { MEDIA } from '../../../support/media.ts';

const FOUND: Chapter[] = [
  { start: 0, end: 10, title: 'a', url: 'https://a.example/' },
  { start: 10, end: 20, title: 'b', image: 'https://a.example/b.png' },
  { start: 20, end: 30, title: 'c' },
  { start: 25, end: 25, title: 'point' },
];

const WHOLE = { start: 0, end: null };

function plan(
  format: string,
  chapters: unknown,
  cut: { start: number; end: number | null } = WHOLE,
  more = false,
) {
  const media = { ...MEDIA, duration: 30, chapters: FOUND };
  const wanted = parseOptions(formatCalled(format), { chapters }).chapters ?? 'keep';
  return plannedChapters(formatCalled(format), wanted, { media, moreChapters: more, estimated: false }, cut);
}

describe('Chapters of a result', () => {
  it('are those of the original, with their addresses where the format stores them', () => {
    assert.deepEqual(plan('mp3', 'keep'), { chapters: FOUND, adaptations: [] });
    const { chapters, adaptations } = plan('m4a', 'keep');
    assert.deepEqual(
      chapters.map(({ url, image }) => [url, image]),
      FOUND.map(() => [undefined, undefined]),
    );
    assert.deepEqual(
      adaptations.map(({ property }) => property),
      ['chapters.url', 'chapters.image'],
    );
  });

  it('move and are clipped with the sound; those outside are left out', () => {
    const { chapters } = plan('flac', 'keep', { start: 5, end: 20 });
    assert.deepEqual(
      chapters.map(({ start, end, title }) => [start, end, title]),
      [
        [0, 5, 'a'],
        [5, 15, 'b'],
      ],
    );
    assert.deepEqual(
      plan('flac', 'keep', { start: 25, end: null }).chapters.map(({ title }) => title),
      ['c', 'point'],
    );
    assert.deepEqual(
      plan('flac', 'keep', { start: 26, end: null }).chapters.map(({ title }) => title),
      ['c'],
    );
  });

  it('are none where the task strips them, and none is missed', () => {
    assert.deepEqual(plan('mp3', 'strip'), { chapters: [], adaptations: [] });
    assert.deepEqual(plan('mp2', 'strip'), { chapters: [], adaptations: [] });
  });

  it('are named where the format has no place, but not those that trimming leaves out', () => {
    const [left, ...others] = plan('mp2', 'keep').adaptations;
    assert.deepEqual([left?.property, left?.from, left?.to, others], ['chapters', 4, 0, []]);
    assert.deepEqual(plan('mp2', 'keep', { start: 30, end: 40 }).adaptations, []);
  });

  it('are those of a list, whose missing ends are the next start or the end', () => {
    const list = [
      { start: 0, title: 'x' },
      { start: 4, end: 5, title: 'y' },
      { start: 40, title: 'z' },
    ];
    const { chapters, adaptations } = plan('mp3', list, { start: 1, end: null });
    assert.deepEqual(chapters, [
      { start: 0, end: 3, title: 'x' },
      { start: 3, end: 4, title: 'y' },
    ]);
    assert.match(adaptations[0]?.reason ?? '', /behind the end/);
  });

  it('above the limits are told', () => {
    assert.match(plan('mp3', 'keep', WHOLE, true).adaptations[0]?.reason ?? '', /limits/);
  });

  const mp3: Format = formatCalled('mp3');
  for (const [why, chapters] of Object.entries({
    'another word': 'all',
    'falling starts': [
      { start: 1, title: '' },
      { start: 0, title: '' },
    ],
    'equal starts': [
      { start: 1, title: '' },
      { start: 1, title: '' },
    ],
    'an end before its start': [{ start: 1, end: 0.5, title: '' }],
    'a negative start': [{ start: -1, title: '' }],
    'a script as an address': [{ start: 0, title: '', url: 'javascript:alert(1)' }],
    'an address with a line break': [{ start: 0, title: '', image: 'https://a.example/\nx' }],
    'NUL in a title': [{ start: 0, title: 'a\0b' }],
    'a long title': [{ start: 0, title: 'x'.repeat(501) }],
    'no title': [{ start: 0 }],
    'an unknown key': [{ start: 0, title: '', colour: 1 }],
    'too many': Array.from({ length: 2001 }, (_, start) => ({ start, title: '' })),
  })) {
    it(`cannot be requested with ${why}`, () => {
      assert.throws(() => parseOptions(mp3, { chapters }), { code: 'invalid_request', message: /chapters/ });
    });
  }

  it('can be requested for every format', () => {
    for (const name of ['wav', 'ogg', 'mp2']) {
      const format = findFormat(name);
      assert.ok(format && parseOptions(format, { chapters: [{ start: 0, title: '' }] }));
    }
  });
});
