import assert from 'node:assert/strict';
import { createOutputPaths } from '../../../../lib/cli/convert/output-paths.ts';

describe('Paths of results', () => {
  const input = (path: string, folders: readonly string[] = []) => {
    const [atime, mtime] = [new Date(0), new Date(0)];
    return { path, folders, size: 1, atime, mtime };
  };
  const paths = (out: string | undefined, inputs: ReturnType<typeof input>[], extension = 'flac') => {
    const pathOf = createOutputPaths({ out, template: undefined, extension });
    return inputs.map((one) => pathOf(one, undefined));
  };

  it('keep folders, and differ for equal names, also by case and by the form of letters', () => {
    const names = ['a.wav', 'a.mp3', 'A.ogg', 'e\u0301.wav', '\u00e9.wav'];
    assert.deepEqual(
      paths('out', [...names.map((name) => input(`in/${name}`)), input('in/B/a.wav', ['B'])]),
      [
        'out/a.flac',
        'out/a (2).flac',
        'out/A (3).flac',
        'out/e\u0301.flac',
        'out/\u00e9 (2).flac',
        'out/B/a.flac',
      ],
    );
  });

  it('are the same at each look at a file', () => {
    assert.deepEqual(paths('out', [input('x/a.wav'), input('y/a.wav'), input('x/a.wav')]), [
      'out/a.flac',
      'out/a (2).flac',
      'out/a.flac',
    ]);
  });

  it('lie beside originals, and an original that is one already takes no name from others', () => {
    assert.deepEqual(paths(undefined, [input('in/a (2).flac'), input('in/a.flac'), input('in/a.wav')]), [
      'in/a (2).flac',
      'in/a.flac',
      'in/a.flac',
    ]);
  });
});
