import assert from 'node:assert/strict';
import { matchedVolumes } from '../../../lib/console/levels.ts';

describe('Matched volumes', () => {
  const loudness = (integrated: number) => ({ integrated, truePeak: 0, range: 0 });

  it('lower the louder file by the difference, and leave the other as it is', () => {
    const { original, result } = matchedVolumes(loudness(-14), loudness(-20));
    assert.equal(result, 1);
    assert.ok(Math.abs(20 * Math.log10(original) + 6) < 1e-9);
  });

  it('change nothing where a file was not or could not be measured', () => {
    for (const unknown of [null, undefined])
      assert.deepEqual(matchedVolumes(loudness(-14), unknown), { original: 1, result: 1 });
  });
});
