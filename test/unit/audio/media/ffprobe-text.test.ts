import assert from 'node:assert/strict';
import { parseProbe } from '../../../../lib/audio/media/ffprobe-text.ts';

describe('Texts of ffprobe', () => {
  const parse = (...parts: (string | number[])[]) =>
    parseProbe(
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))),
    );

  it('keep their letters where they are UTF-8', () => {
    assert.deepEqual(parse('{"tags": {"Ünï": "Über 雲 \\u0001", "n": 1}}'), {
      output: { tags: { Ünï: 'Über 雲 \u0001', n: 1 } },
      repaired: [],
    });
  });

  it('are made valid where they are none, and named', () => {
    const { output, repaired } = parse('{"tags": {"own": "ab', [0xe9, 0x80, 0xff], '", "title": "x"}}');
    assert.deepEqual(output, { tags: { own: 'abé€ÿ', title: 'x' } });
    assert.deepEqual(repaired, ['own']);
  });

  it('are undefined where they are no JSON, and no name does harm', () => {
    assert.equal(parse('{"a": ').output, undefined);
    const { output } = parse('{"__proto__": {"x": "1"}}');
    assert.equal(Object.getPrototypeOf(output), Object.prototype);
  });
});
