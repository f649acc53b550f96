import assert from 'node:assert/strict';
import { packetTimesReader } from '../../../../lib/audio/media/packet-times.ts';

describe('The times of packets', () => {
  it('are those of the first and the last line, in seconds', () => {
    const reader = packetTimesReader();
    for (const line of [
      '#software: Lavf59',
      '#tb 0: 1/1000',
      '#codec_id 0: opus',
      '0,         -7,         -7,       20,      156, 0x51be4c96',
      '0,         13,         13,       20,      160, 0x8f3a4e77, S=1,       10',
    ])
      reader.onLine(line);
    assert.deepEqual(reader.times(), { first: -0.007, last: 0.033 });
  });

  it('are missing without a packet', () => {
    assert.equal(packetTimesReader().times(), undefined);
  });
});
