import assert from 'node:assert/strict';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { parseJson } from '../../../lib/runtime/json-text.ts';

describe('JSON of a request', () => {
  it('is taken as it is', () => {
    for (const text of ['{"a":[1,"\u{1F3B5}",null,{"constructor":1}]}', 'null', '"x"', '0'])
      assert.deepEqual(parseJson(text, 'body'), JSON.parse(text));
  });

  for (const [what, text] of [
    ['broken', '{bad'],
    ['empty', ''],
    ['with NUL in a text', '["\\u0000"]'],
    ['with NUL in a name', '{"a":{"\\u0000":1}}'],
    ['with half of a surrogate pair', '{"a":"\\ud800"}'],
    ['with the prototype of an object', '{"a":{"__proto__":{}}}'],
    ['nested without end', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ] as const) {
    it(`is refused where it is ${what}`, () =>
      assert.throws(
        () => parseJson(text, 'body'),
        (error) => hasCode(error, 'invalid_request') && error.message.startsWith('The body '),
      ));
  }

  it('names the place of a reserved name, and that another is expected', () => {
    assert.throws(
      () => parseJson('{"metadata":{"__proto__":"x"}}', 'field options', 'options'),
      (error) =>
        hasCode(error, 'invalid_request') &&
        /__proto__.*expected another name/.test(JSON.stringify(error.details)) &&
        JSON.stringify(error.details).includes('options.metadata'),
    );
  });
});
