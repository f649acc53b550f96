import { z } from 'zod';

/** The largest id, and the largest of all values in PostgreSQL's integer columns. */
export const MOST_INTEGER = 2 ** 31 - 1;

/** The only accepted spelling of a whole number: no sign, no leading zero, no exponent, no other base. */
const CANONICAL = /^(?:0|[1-9]\d{0,15})$/;

/**
 * Reads a whole number from text: of a path, a query, an attribute, a variable.
 * @param expected message of the error
 */
export function wholeNumber(
  least: number,
  most: number,
  expected = `expected a whole number from ${least} to ${most}`,
) {
  const number = z.int(expected).min(least, expected).max(most, expected);
  return z.string(expected).regex(CANONICAL, expected).transform(Number).pipe(number);
}

/** Reads an id from text; undefined if it is none. Same rule as `wholeNumber`, for callers without a schema. */
export function idOf(text: string | undefined): number | undefined {
  const id = CANONICAL.test(text ?? '') ? Number(text) : 0;
  return id >= 1 && id <= MOST_INTEGER ? id : undefined;
}
