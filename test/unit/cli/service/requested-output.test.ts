import assert from 'node:assert/strict';
import { formatOf, optionsOf } from '../../../../lib/cli/service/requested-output.ts';

describe('Options as a person types them', () => {
  it('are JSON or text, also inside others', () => {
    assert.deepEqual(
      optionsOf(
        [
          'bitrate=192000',
          'loudness.target=-16',
          'loudness.truePeak=-1',
          'metadata.title=1984',
          'clip=warn',
          'a=b=c',
        ],
        'podcast',
      ),
      {
        preset: 'podcast',
        bitrate: 192000,
        loudness: { target: -16, truePeak: -1 },
        metadata: { title: '1984' },
        clip: 'warn',
        a: 'b=c',
      },
    );
  });

  it('are refused without a name', () => {
    for (const pair of ['bitrate', '=1', '__proto__.a=1', 'a..b=1', ''])
      assert.throws(() => optionsOf([pair], undefined), /^CommandError: --option: expected key=value/, pair);
  });

  it('come with a format, in any case', () => {
    assert.deepEqual(formatOf('ALAC'), { format: 'alac', extension: 'm4a' });
    assert.throws(() => formatOf('\u001b[2J'), /\\u001b\[2J" is no format/);
  });
});
