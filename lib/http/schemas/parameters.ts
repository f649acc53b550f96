import { z } from '@hono/zod-openapi';
import { MOST_INTEGER, wholeNumber } from '../../runtime/whole-number.ts';

/** A name that a person gives. The document does not exclude control characters: JSON Schema has no flag `u`. */
export const NAME = z
  .string()
  .trim()
  .min(1, 'expected a name')
  .max(80, 'expected at most 80 characters')
  .refine((name) => !/\p{Cc}/u.test(name), 'expected no control characters')
  .openapi({ pattern: '\\S' });

/** Path of a route of one task. */
export const ID = idOf('task');

/** Path of a route of one batch. */
export const BATCH_ID = idOf('batch');

/** Path of one of several results of a task. */
export const RESULT_NUMBER = ID.extend({
  number: wholeNumber(1, MOST_INTEGER, 'expected the number of a result').openapi({
    type: 'integer',
    minimum: 1,
    maximum: MOST_INTEGER,
    param: { name: 'number', in: 'path' },
    example: 2,
  }),
});

/** The right to read a file without a token, in the query of its address. */
export const TICKET = z
  .string()
  .optional()
  .openapi({ description: 'Of `POST /api/tickets`, in place of a token.' });

/** The file of a task that a request is about. */
export const OF = z
  .enum(['original', 'result'], { error: 'expected original or result' })
  .default('original');

const SECONDS = 'expected a number of seconds from 0 to 43200';

/** A time in the query: seconds as a decimal number. */
export const TIME = z
  .string()
  .regex(/^[0-9]{1,5}(?:\.[0-9]{1,20})?(?:e[+-]?[0-9]{1,3})?$/i, SECONDS)
  .transform(Number)
  .refine((seconds) => seconds <= 43_200, SECONDS)
  .openapi({ type: 'number', minimum: 0, maximum: 43_200 });

/** Path of a route of one user. */
export const USER_ID = idOf('user');

/** Path of a route of one group. */
export const GROUP_ID = idOf('group');

/** Path of a route of one invitation. */
export const INVITATION_ID = idOf('invitation');

/** Path of a route of one webhook. */
export const WEBHOOK_ID = idOf('webhook');

function idOf(what: string) {
  return z.object({
    id: wholeNumber(1, MOST_INTEGER, `expected a ${what} id`).openapi({
      type: 'integer',
      minimum: 1,
      maximum: MOST_INTEGER,
      param: { name: 'id', in: 'path' },
      example: 7,
    }),
  });
}
