import { z } from 'zod';
import { isWebAddress, LONGEST_TITLE, MOST_CHAPTERS } from '../media/chapters.ts';

/** Seconds; the limit on the duration of an original is separate. */
const LONGEST = 1_000_000;

const EXPECTED = `expected keep, strip, or a list of up to ${MOST_CHAPTERS} chapters {start, end?, title, url?, image?} with rising starts and addresses in http or https`;

const seconds = z.number({ error: EXPECTED }).min(0, EXPECTED).max(LONGEST, EXPECTED);

const title = z
  .string({ error: EXPECTED })
  .max(LONGEST_TITLE, `expected a title of up to ${LONGEST_TITLE} characters`)
  .regex(/^[^\0]*$/, 'expected a title without NUL')
  .transform((text) => text.toWellFormed());

const ADDRESS = 'expected an address that begins with https:// or http://';

const address = z
  .string({ error: ADDRESS })
  .max(LONGEST_TITLE, ADDRESS)
  .refine(isWebAddress, ADDRESS)
  .meta({ format: 'uri', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://\\S+$' });

const CHAPTER = z.strictObject(
  {
    start: seconds.describe('Seconds of the original.'),
    end: seconds
      .optional()
      .describe('Seconds of the original. Default: the start of the next chapter, or the end.'),
    title,
    url: address.optional().describe('Address of a page about the chapter.'),
    image: address.optional().describe('Address of a picture of the chapter.'),
  },
  { error: EXPECTED },
);

const LIST = z
  .array(CHAPTER, { error: EXPECTED })
  .max(MOST_CHAPTERS, EXPECTED)
  .superRefine((chapters, { addIssue }) => {
    chapters.forEach(({ start, end }, index) => {
      const before = chapters[index - 1];
      if (before && start <= before.start)
        addIssue({ code: 'custom', path: [index, 'start'], message: 'expected more than the start before' });
      if (end !== undefined && end <= start)
        addIssue({ code: 'custom', path: [index, 'end'], message: 'expected more than start' });
    });
  });

/** The option `chapters`. */
export const CHAPTERS = z.union([z.enum(['keep', 'strip']), LIST], { error: EXPECTED });
