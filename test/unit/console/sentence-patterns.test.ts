import assert from 'node:assert/strict';
import { SERVICE_ES } from '../../../lib/console/messages/service-es.ts';
import { findSentence } from '../../../lib/console/sentence-patterns.ts';

describe('Sentences of the service', () => {
  it('are found with their details', () => {
    const tooLarge = 'The file has 3000 bytes; at most 2000 are allowed.';
    assert.deepEqual(findSentence(tooLarge, SERVICE_ES)?.details, { sizeBytes: '3000', mostBytes: '2000' });
    const tracks = findSentence('The original has no sound track 5. It has: 1 (spa), 2.', SERVICE_ES);
    assert.match(tracks?.other ?? '', /^El original no tiene la pista/);
    assert.deepEqual(tracks?.details, { wanted: '5', tracks: '1 (spa), 2' });
    const lossy = 'The original is lossy already (mp3), and whenLossy is copy, but ogg cannot hold mp3.';
    assert.equal(findSentence(lossy, SERVICE_ES)?.details.format, 'ogg');
  });

  it('are not found where only a part of one is the same', () => {
    assert.equal(findSentence('This task does not exist. Or does it?', SERVICE_ES), undefined);
    assert.equal(findSentence('', SERVICE_ES), undefined);
  });
});
