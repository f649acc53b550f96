import { z } from 'zod';

/** Limits on the tags of one request. */
const LONGEST_TEXT = 10_000;
const MOST_VALUES = 100;
const MOST_TAGS = 200;

const NAME = /^[A-Za-z0-9 _:.-]{1,64}$/;

const EXPECTED =
  `expected keep, strip, or an object of up to ${MOST_TAGS} tags: a standard name such as title, albumArtist or trackNumber, ` +
  'or a name of your own of 1 to 64 of A-Z a-z 0-9 space _ : . -, ' +
  `with a text of up to ${LONGEST_TEXT} characters, a list of up to ${MOST_VALUES} texts, or null to remove it`;

/** Refuses NUL, which separates values in ID3. */
const text = z
  .string({ error: EXPECTED })
  .max(LONGEST_TEXT, EXPECTED)
  .regex(/^[^\0]*$/, EXPECTED)
  .transform((value) => value.toWellFormed());

const value = z.union([text, z.array(text, { error: EXPECTED }).max(MOST_VALUES, EXPECTED), z.null()], {
  error: EXPECTED,
});

/** Names that objects have by themselves are none of a tag. */
const name = z
  .string()
  .regex(NAME, EXPECTED)
  .refine((name) => name !== '__proto__', EXPECTED);

const TAGS = z
  .record(name, value, { error: EXPECTED })
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, EXPECTED)
  .meta({ maxProperties: MOST_TAGS });

/** The option `metadata`. */
export const METADATA = z.union([z.enum(['keep', 'strip']), TAGS], { error: EXPECTED });
