import assert from 'node:assert/strict';
import { createTextSealer } from '../../../lib/runtime/sealed-text.ts';

describe('A sealed text', () => {
  const sealer = createTextSealer(() => ['secret']);

  it('is opened by both secrets together, and says nothing without them', () => {
    const sealed = sealer.seal('grüße', 'key');
    assert.equal(sealer.open(sealed, 'key'), 'grüße');
    assert.equal(sealer.open(sealed, 'other'), undefined);
    assert.equal(createTextSealer(() => ['other']).open(sealed, 'key'), undefined);
    assert.equal(createTextSealer(() => ['secretk']).open(sealed, 'ey'), undefined);
    assert.ok(!sealed.includes('gr'));
  });

  it('differs each time', () => {
    assert.notDeepEqual(sealer.seal('same', 'key'), sealer.seal('same', 'key'));
  });

  it('is opened by an older secret while that is known', () => {
    const sealed = sealer.seal('text', 'key');
    assert.equal(createTextSealer(() => ['new', 'secret']).open(sealed, 'key'), 'text');
    assert.equal(
      sealer.open(createTextSealer(() => ['new', 'secret']).seal('text', 'key'), 'key'),
      undefined,
    );
  });

  it('is refused where a byte was changed, or bytes are missing', () => {
    const sealed = sealer.seal('text', 'key');
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = 1 ^ (sealed[index] ?? 0);
      assert.equal(sealer.open(changed, 'key'), undefined);
      assert.equal(sealer.open(sealed.subarray(0, index), 'key'), undefined);
    }
  });
});
