import assert from 'node:assert/strict';
import { createDigest } from '../../../lib/uploads/checksums.ts';

describe('Checksums', () => {
  it('are those of the published check values, however the bytes are cut and mixed with others', async () => {
    const [whole, cut, other] = await Promise.all([createDigest(), createDigest(), createDigest()]);
    whole.update(Buffer.from('123456789'));
    cut.update(Buffer.from('1234'));
    other.update(Buffer.from('something else'));
    cut.hashes();
    cut.update(Buffer.from('56789'));
    assert.deepEqual(cut.hashes(), whole.hashes());
    // RFC 3720 names CRC-32C; its check value is e3069283 (Koopman's and Williams' catalogues).
    assert.equal(whole.hashes().crc32c, Buffer.from('e3069283', 'hex').toString('base64'));
    assert.equal(
      whole.hashes().md5,
      Buffer.from('25f9e794323b453885f5181f1b624d0b', 'hex').toString('base64'),
    );
  });
});
