import assert from 'node:assert/strict';
import { join } from 'node:path';
import sinon from 'sinon';
import type { Probed } from '../../../lib/audio/media/ffprobe-output.ts';
import { createKnownMedia } from '../../../lib/conversions/probe-cache.ts';
import { makeTone } from '../../support/audio.ts';
import { testEngine } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('The media information of an original', () => {
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  it('is probed once', async () => {
    const engine = await testEngine();
    const probe = sinon.spy(engine, 'probe');
    const of = createKnownMedia(engine);
    const seen = new Map<string, Probed>();
    for (const [name, seconds] of Object.entries({ 'a.wav': 1, 'b.wav': 2 })) {
      await makeTone(join(folder(), name), seconds);
      seen.set(name, await of(name).probe(join(folder(), name), signal));
    }
    for (const [name, probed] of seen) assert.equal(await of(name).probe('/gone', signal), probed);
    assert.deepEqual(
      [...seen.values()].map(({ media }) => media.duration),
      [1, 2],
    );
    assert.equal(probe.callCount, 2);
  });

  it('is not cached where it is unknown, or where tags would fill the cache', async () => {
    const probed = { tags: { comment: 'x'.repeat(1000) }, sounds: [], chunks: [] } as unknown as Probed;
    const probe = sinon.stub().rejects(new Error('out of reach'));
    const of = createKnownMedia({ probe });
    await assert.rejects(of('a').probe('/a', signal), /out of reach/);
    probe.resolves(probed);
    await of('a').probe('/a', signal);
    await of('a').probe('/a', signal);
    assert.equal(probe.callCount, 3);
  });
});
