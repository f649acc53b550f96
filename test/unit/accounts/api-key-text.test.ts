import assert from 'node:assert/strict';
import { hashOfKey, isKeyText, looksLikeKey, newKeyText } from '../../../lib/accounts/api-key-text.ts';

describe('The text of an API key', () => {
  it('has a prefix, 43 digits of a secret and 6 of a checksum, and is another each time', () => {
    const texts = Array.from({ length: 200 }, newKeyText);
    for (const text of texts) {
      assert.match(text, /^tm_[0-9A-Za-z]{49}$/);
      assert.ok(isKeyText(text) && looksLikeKey(text));
    }
    assert.equal(new Set(texts).size, texts.length);
  });

  it('is refused with any digit changed, missing or added', () => {
    const text = newKeyText();
    for (let at = 3; at < text.length; at++) {
      const other = text[at] === 'a' ? 'b' : 'a';
      assert.ok(!isKeyText(`${text.slice(0, at)}${other}${text.slice(at + 1)}`), `digit ${at}`);
    }
    for (const wrong of [text.slice(1), text.slice(0, -1), `${text}a`, `${text}\n`, 'tm_', ''])
      assert.ok(!isKeyText(wrong), JSON.stringify(wrong));
  });

  it('is stored as a hash', () => {
    assert.match(hashOfKey(newKeyText()), /^[\w-]{43}$/);
  });
});
