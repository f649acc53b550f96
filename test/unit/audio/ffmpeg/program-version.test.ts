import assert from 'node:assert/strict';
import {
  type Build,
  choose,
  describeBuild,
  readVersion,
} from '../../../../lib/audio/ffmpeg/program-version.ts';

/** First lines of `-version`, each with what is read from it, the newest first. */
const BUILDS: readonly [string, string][] = [
  [
    `ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers
libavcodec     59. 37.100 / 59. 37.100`,
    '5.1.9-0+deb12u1 of 2026',
  ],
  [
    `ffmpeg version N-120424-g03b9180fe3-20250726 Copyright (c) 2000-2025 the FFmpeg developers
  libavcodec     62. 11.100 / 62. 11.100`,
    'N-120424-g03b9180fe3-20250726 of 2025',
  ],
  [
    `ffmpeg version n7.1.1 Copyright (c) 2000-2025 the FFmpeg developers
libavcodec     61. 19.101 / 61. 19.101`,
    'n7.1.1 of 2025',
  ],
  [
    `ffprobe version 7.0.2-static https://johnvansickle.com/ffmpeg/  Copyright (c) 2007-2024 the FFmpeg developers
libavcodec     61.  3.100 / 61.  3.100`,
    '7.0.2-static of 2024',
  ],
  [
    `ffprobe version N-66595-gc2b38619c0-static https://johnvansickle.com/ffmpeg/  Copyright (c) 2007-2023 the FFmpeg developers
libavcodec     60. 22.100 / 60. 22.100`,
    'N-66595-gc2b38619c0-static of 2023',
  ],
  [
    `ffmpeg version 6.0 Copyright (c) 2000-2023 the FFmpeg developers
libavcodec     60.  3.100 / 60.  3.100`,
    '6.0 of 2023',
  ],
  [
    `ffmpeg version N-47683-g0e8eb07980-static https://johnvansickle.com/ffmpeg/  Copyright (c) 2000-2018 the FFmpeg developers
libavcodec     58. 42.100 / 58. 42.100`,
    'N-47683-g0e8eb07980-static of 2018',
  ],
  ['ffmpeg version git-2018-11-01 Copyright (c) 2018 the FFmpeg developers', 'git-2018-11-01 of 2018'],
  ['ffmpeg version mine\nlibavcodec     62. 11.100 / 62. 11.100', 'mine'],
  ['ffmpeg version something', 'something'],
];

describe('The version of an ffmpeg', () => {
  it('is read from releases, nightly builds and builds of one’s own, with the year of the sources', () => {
    for (const [output, expected] of BUILDS) {
      const version = readVersion(output);
      assert.equal(version && describeBuild({ ...version, selfContained: null }), expected);
    }
    for (const output of ['', 'bash: ffmpeg: not found', 'version 5.1'])
      assert.equal(readVersion(output), undefined);
  });

  it('names how the program is linked', () => {
    const version = { version: '7.1.1', year: 2025, libavcodec: null, writer: null };
    assert.equal(describeBuild({ ...version, selfContained: true }), '7.1.1 of 2025, static');
    assert.equal(describeBuild({ ...version, selfContained: false }), '7.1.1 of 2025, dynamic');
  });
});

describe('The choice between builds of ffmpeg', () => {
  const build = (text: string, selfContained: boolean | null): { binary: Build } => {
    const version = readVersion(text);
    assert.ok(version);
    return { binary: { ...version, selfContained } };
  };
  const chosen = (builds: readonly { binary: Build }[], years: number) => {
    const choice = choose(builds, years);
    return choice && describeBuild(choice.binary);
  };

  it('takes the newest sources first, whatever their numbers, and what says no year last', () => {
    const left = BUILDS.map(([text]) => build(text, false)).reverse();
    for (const [, expected] of BUILDS) {
      const best = choose(left, 1);
      assert.ok(best);
      assert.equal(describeBuild(best.binary), `${expected}, dynamic`);
      left.splice(left.indexOf(best), 1);
    }
  });

  const of = (year: number, selfContained: boolean | null) =>
    build(`ffmpeg version of Copyright (c) 2000-${year} the FFmpeg developers`, selfContained);

  it('prefers a static build that is at most so many years older, and the newest of those', () => {
    const builds = [of(2018, true), of(2025, true), of(2023, true), of(2026, false)];
    assert.equal(chosen(builds, 1), 'of of 2025, static');
    assert.equal(chosen([of(2018, true), of(2024, true), of(2026, false)], 1), 'of of 2026, dynamic');
    assert.equal(chosen([of(2018, true), of(2023, true), of(2026, false)], 4), 'of of 2023, static');
    assert.equal(chosen([of(2018, true), of(2026, false)], 4), 'of of 2026, dynamic');
    assert.equal(chosen([of(2026, false), of(2026, true)], 1), 'of of 2026, static');
  });

  it('prefers nothing whose linking or age is unknown', () => {
    assert.equal(chosen([of(2025, null), of(2026, false)], 1), 'of of 2026, dynamic');
    const unknown = build('ffmpeg version mine', true);
    assert.equal(chosen([unknown, of(2026, false)], 4), 'of of 2026, dynamic');
    assert.equal(chosen([unknown, build('ffmpeg version other', false)], 1), 'mine, static');
    assert.equal(choose([], 1), undefined);
  });
});
