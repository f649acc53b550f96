import assert from 'node:assert/strict';
import { floorText, HOLES, holesOf } from '../../../../lib/audio/ffmpeg/known-holes.ts';

const [OF_2026, OF_2025, OF_2024, OF_2021] = HOLES.map(({ id }) => id);

/** Versions and years of sources, each with its holes. */
const BUILDS: readonly [string, number | null, readonly (string | undefined)[]][] = [
  ['5.1.9-0+deb12u1', 2026, []],
  ['5.1.8-0+deb12u1', 2025, [OF_2026]],
  ['5.1.6', 2024, [OF_2026, OF_2025]],
  ['5.1.5', 2024, [OF_2026, OF_2025, OF_2024]],
  ['n8.1', 2026, []],
  ['n8.2', 2026, []],
  ['n7.1.1', 2025, [OF_2026]],
  ['7.0.2-static', 2024, [OF_2026, OF_2025]],
  ['4.4.2-0ubuntu0.22.04.1', 2021, [OF_2026, OF_2025, OF_2024]],
  ['4.4', 2021, [OF_2026, OF_2025, OF_2024, OF_2021]],
  ['N-120424-g03b9180fe3-20250726', 2025, [OF_2026]],
  ['N-47683-g0e8eb07980-static', 2018, [OF_2026, OF_2025, OF_2024, OF_2021]],
  ['unknown', null, []],
];

describe('Published holes', () => {
  for (const [version, year, holes] of BUILDS) {
    it(`of ${version} of ${year} are ${holes.length === 0 ? 'none' : holes.join(', ')}`, () => {
      const found = holesOf({ version, year, libavcodec: null, writer: null });
      assert.deepEqual(
        found.map(({ id }) => id),
        holes,
      );
    });
  }

  it('stand with the newest first, which makes the floor', () => {
    const years = HOLES.map(({ year }) => year);
    assert.deepEqual(
      years,
      years.toSorted((one, other) => other - one),
    );
    assert.match(floorText(), /^5\.1\.9, 8\.1, or sources of 2026$/);
  });
});
