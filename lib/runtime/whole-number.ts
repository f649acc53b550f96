import { z } from 'zod';

/** The largest id, and the largest of all values in PostgreSQL's integer columns. */
export const MOST_INTEGER = 2 ** 31 - 1;

/** The one spelling of a whole number: no sign, no leading zero, no exponent, no other base. */
const CANONICAL = /^(?:0|[1-9]\d{0,15})$/;

/**
 * Reads a whole number that comes as text: in a path, a query, an attribute, a variable.
 * @param expected the message of a refusal
 */
export function wholeNumber(
  least: number,
  most: number,
  expected = `expected a whole number from ${least} to ${most}`,
) {
  const number = z.int(expected).min(least, expected).max(most, expected);
  return z.string(expected).regex(CANONICAL, expected).transform(Number).pipe(number);
}

/** The id that a text is, or undefined: the rule of `wholeNumber` where there is no schema. */
export function idOf(text: string | undefined): number | undefined {
  const id = CANONICAL.test(text ?? '') ? Number(text) : 0;
  return id >= 1 && id <= MOST_INTEGER ? id : undefined;
}
