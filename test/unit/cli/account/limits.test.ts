import assert from 'node:assert/strict';
import { limitsText, withLimits } from '../../../../lib/cli/account/limits.ts';

describe('Limits as a person types them', () => {
  it('replace those that they name, and an empty value takes one away', () => {
    const before = { requests: 10, openUploads: 2, formats: ['mp3'] };
    const change = withLimits(['requests=', 'openUploads=0', 'formats=FLAC, opus', 'storedBytes=5000000000']);
    const after = { openUploads: 0, formats: ['flac', 'opus'], storedBytes: 5_000_000_000 };
    assert.deepEqual(change(before), after);
    assert.deepEqual(before.requests, 10);
    assert.equal(limitsText(after), 'openUploads=0 formats=flac,opus storedBytes=5000000000');
    assert.deepEqual(withLimits(['formats='])(after), { openUploads: 0, storedBytes: 5_000_000_000 });
    assert.equal(limitsText(withLimits(['formats=all'])({})), 'formats=all');
  });

  for (const text of ['size=1', 'requests', '=1', '__proto__=1', 'Requests=1'])
    it(`have a name that the service knows, and a value: ${text}`, () => {
      assert.throws(() => withLimits([text]), /expected name=value, with one of requests, openUploads/);
    });

  for (const value of ['many', '-1', '1.5', '1e3', ' 1', '12345678901234567'])
    it(`are whole numbers: ${value}`, () => {
      assert.throws(() => withLimits([`requests=${value}`]), /requests: expected a whole number/);
    });
});
