import { AppError } from '../runtime/errors.ts';

/** Maximum characters of a key. */
export const MOST_CHARACTERS = 255;

/** A character of a bare key: printable ASCII without space, quote, comma and semicolon, as clients of Stripe send it. */
const PLAIN = '[!#-+.-:<-~-]';

/** A character within a string of structured fields (RFC 9651, 3.3.3). */
const QUOTABLE = '(?:[ !#-\\[\\]-~]|\\\\["\\\\])';

const BARE = new RegExp(`^${PLAIN}+$`);

/** Parameters are ignored (RFC 9651, 3.1.2). */
const QUOTED = new RegExp(`^"(${QUOTABLE}*)"(?: *;[ -~]*)?$`);

/** Pattern of the header for JSON Schema, without parameters. */
export const KEY_PATTERN = `^(?:${PLAIN}{1,${MOST_CHARACTERS}}|"${QUOTABLE}{1,${MOST_CHARACTERS}}")$`;

const EXPECTED = `expected 1 to ${MOST_CHARACTERS} printable ASCII characters, in quotes if there is a space, a comma, a semicolon or a quote among them`;

/**
 * The value of the header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), bare or in quotes.
 * Throws `invalid_request`.
 */
export function idempotencyKey(header: string): string {
  const quoted = QUOTED.exec(header)?.[1]?.replaceAll(/\\(.)/g, '$1');
  const key = quoted ?? (BARE.test(header) ? header : '');
  if (key.length >= 1 && key.length <= MOST_CHARACTERS) return key;
  throw new AppError('invalid_request', `The header Idempotency-Key is not valid: ${EXPECTED}.`, {
    details: [{ path: 'Idempotency-Key', message: EXPECTED }],
  });
}
