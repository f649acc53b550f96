import assert from 'node:assert/strict';
import { describeVersion, newestFirst, readVersion } from '../../../../lib/audio/ffmpeg/program-version.ts';

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
      assert.equal(version && describeVersion(version), expected);
    }
    for (const output of ['', 'bash: ffmpeg: not found', 'version 5.1'])
      assert.equal(readVersion(output), undefined);
  });

  it('puts the newest sources first, whatever their numbers, and what says no year last', () => {
    const versions = BUILDS.map(([output]) => readVersion(output)).filter((version) => version !== undefined);
    const sorted = versions.toReversed().sort(newestFirst).map(describeVersion);
    assert.deepEqual(
      sorted,
      BUILDS.map(([, expected]) => expected),
    );
  });
});
