import assert from 'node:assert/strict';
import { parseOptions } from '../../../../lib/audio/formats/options.ts';
import { hasCode } from '../../../../lib/runtime/errors.ts';
import { formatCalled } from '../../../support/engine.ts';

describe('The option metadata', () => {
  const parse = (metadata: unknown) => parseOptions(formatCalled('mp3'), { metadata }).metadata;

  it('takes texts, lists and null for standard names and for names of its own', () => {
    const metadata = { title: 'a', artist: ['Ann', 'Bob'], comment: null, 'My tag: 1.0-b_c': ['x'] };
    assert.deepEqual(parse(metadata), metadata);
    assert.equal(parse('strip'), 'strip');
  });

  it('refuses other names and values, and says what it expects', () => {
    const wrong = [
      { '': 'x' },
      { 'a=b': 'x' },
      { ü: 'x' },
      { ['x'.repeat(65)]: 'x' },
      { title: 1 },
      { title: ['a', 1] },
      { title: 'x'.repeat(10_001) },
      { title: 'a\0b' },
      { title: Array.from({ length: 101 }, () => 'x') },
      Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`t${index}`, 'x'])),
      ['title'],
      'none',
    ];
    for (const metadata of wrong) {
      assert.throws(
        () => parse(metadata),
        (error) => hasCode(error, 'invalid_request') && /list of up to|strip/.test(error.message),
        JSON.stringify(metadata).slice(0, 50),
      );
    }
  });

  it('takes no harm from names that every object has', () => {
    const parsed = parse(JSON.parse('{"__proto__": "x", "constructor": "y"}'));
    assert.deepEqual(Object.entries(Object(parsed)), [['constructor', 'y']]);
    assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
  });
});
