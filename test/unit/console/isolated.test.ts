import assert from 'node:assert/strict';
import { isolated } from '../../../lib/console/isolated.ts';

describe('A text among other words', () => {
  for (const [text, expected] of [
    ['song.wav', 'song.wav'],
    ['Éxito 中文.wav', 'Éxito 中文.wav'],
    ['שיר.wav', '\u2068שיר.wav\u2069'],
    ['أغنية 1.wav', '\u2068أغنية 1.wav\u2069'],
    ['a\u202egpj.wav', '\u2068a\u202egpj.wav\u2069'],
    ['a\u2069\u202egpj.wav', '\u2068a\u202egpj.wav\u2069'],
  ] as const)
    it(`keeps its direction to itself: ${JSON.stringify(text)}`, () => {
      assert.equal(isolated(text), expected);
    });
});
