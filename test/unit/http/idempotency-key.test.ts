import assert from 'node:assert/strict';
import fc from 'fast-check';
import { idempotencyKey, KEY_PATTERN } from '../../../lib/http/idempotency-key.ts';

describe('The key of a request', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 255,
  });
  const unquoted = printable.filter((key) => !key.startsWith('"'));

  it('is any text of printable characters in quotes', () => {
    fc.assert(
      fc.property(printable, (key) => {
        assert.equal(idempotencyKey(`"${key.replaceAll(/["\\]/g, '\\$&')}"`), key);
      }),
    );
  });

  it('is the same bare, unless a character has a meaning', () => {
    fc.assert(
      fc.property(unquoted, (key) => {
        if (/[ ",;]/.test(key)) assert.throws(() => idempotencyKey(key), /expected 1 to 255/);
        else assert.equal(idempotencyKey(key), key);
      }),
    );
  });

  it('has a pattern in the document that says the same', () => {
    const pattern = new RegExp(KEY_PATTERN, 'u');
    fc.assert(
      fc.property(printable, (key) => {
        assert.ok(pattern.test(`"${key.replaceAll(/["\\]/g, '\\$&')}"`));
      }),
    );
    fc.assert(fc.property(unquoted, (key) => assert.equal(pattern.test(key), isAccepted(key))));
    for (const key of ['', 'x'.repeat(256), `"${'x'.repeat(256)}"`, 'a\n']) assert.ok(!pattern.test(key));
  });

  it('is refused where its header came twice, or its quotes do not close', () => {
    for (const header of [
      '',
      '""',
      'a, b',
      '"a", "b"',
      '"a',
      'a"',
      '"\\"',
      '"a"b',
      'é',
      `"${'x'.repeat(256)}"`,
    ])
      assert.throws(() => idempotencyKey(header), /expected 1 to 255/, header);
  });
});

function isAccepted(header: string): boolean {
  try {
    return idempotencyKey(header) !== '';
  } catch {
    return false;
  }
}
