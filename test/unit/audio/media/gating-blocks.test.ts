import assert from 'node:assert/strict';
import {
  createBlockCounter,
  type GatingBlocks,
  integratedLoudness,
  mergedBlocks,
  shiftedBlocks,
} from '../../../../lib/audio/media/gating-blocks.ts';

function blocks(...levels: number[]): GatingBlocks {
  const counter = createBlockCounter();
  for (const level of levels) counter.add(level);
  return { counts: counter.counts(), truePeak: -1 };
}

const many = (level: number, count: number) => Array.from({ length: count }, () => level);

function near(found: number | null, wanted: number): void {
  assert.ok(found !== null && Math.abs(found - wanted) < 0.006, `${found} LUFS`);
}

describe('Gating blocks', () => {
  it('give the loudness of EBU Tech 3341, cases 1, 3 and 4: quiet ends are gated', () => {
    near(integratedLoudness(blocks(...many(-23, 200))), -23);
    near(integratedLoudness(blocks(...many(-36, 100), ...many(-23, 600), ...many(-36, 100))), -23);
    near(integratedLoudness(blocks(...many(-72, 100), ...many(-36, 100), ...many(-23, 600))), -23);
  });

  it('of an album count together, which the mean of the tracks does not give', () => {
    const [loud, quiet] = [blocks(...many(-10, 100)), blocks(...many(-30, 900))];
    near(integratedLoudness(mergedBlocks([loud, quiet])), -10);
    const [one, other] = [blocks(...many(-10, 100)), blocks(...many(-16, 300))];
    near(integratedLoudness(mergedBlocks([one, other])), -0.691 + 10 * Math.log10(energy(-10, -16)));
    assert.equal(mergedBlocks([one, { ...other, truePeak: 0.3 }]).truePeak, 0.3);
  });

  it('move with the level of their sound, and fall below the absolute gate', () => {
    const moved = shiftedBlocks(blocks(...many(-23, 10), ...many(-60, 5)), -12.5);
    assert.deepEqual(moved, { counts: [[-3550, 10]], truePeak: -13.5 });
  });

  it('of silence have no loudness, nor have none at all', () => {
    for (const silence of [blocks(), blocks(-70, -120.691, Number.NaN)])
      assert.equal(integratedLoudness(silence), null);
    assert.deepEqual(mergedBlocks([]), { counts: [], truePeak: null });
    assert.deepEqual(mergedBlocks([{ counts: [], truePeak: null }]), { counts: [], truePeak: null });
  });
});

/** Mean energy of 100 blocks at one level and 300 at another. */
function energy(one: number, other: number): number {
  return (10 ** ((one + 0.691) / 10) + 3 * 10 ** ((other + 0.691) / 10)) / 4;
}
