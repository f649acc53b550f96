import assert from 'node:assert/strict';
import { z } from 'zod';
import { validated } from '../../../lib/http/router.ts';

describe('A field that is not valid', () => {
  const schema = z.object({
    filename: z.string(),
    scopes: z.array(z.enum(['tasks:read', 'account'])),
    max: z.number().optional(),
  });
  for (const [input, message] of [
    [[], 'body: expected an object, and got an array.'],
    [{ scopes: [] }, 'filename: is missing; expected a string.'],
    [{ filename: 5, scopes: [] }, 'filename: expected a string, and got a number.'],
    [{ filename: null, scopes: [] }, 'filename: expected a string, and got null.'],
    [{ filename: 'a', scopes: {} }, 'scopes: expected an array, and got an object.'],
    [{ filename: 'a', scopes: ['root'] }, 'scopes.0: expected one of tasks:read, account.'],
  ] as const) {
    it(`is named with the expected kind: ${message}`, () => {
      assert.throws(() => validated(schema, input), { message: `The request is not valid. ${message}` });
    });
  }
});
