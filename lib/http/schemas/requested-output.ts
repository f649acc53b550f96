import { z } from '@hono/zod-openapi';
import { FORMAT_NAMES } from './format-options.ts';

/** The document shows the table of formats; the service knows those that its ffmpeg can make. */
export const NEW_FORMAT = z
  .string('expected a format, such as mp3')
  .max(100)
  .openapi({ enum: FORMAT_NAMES, example: 'mp3' });

/** Options of any format; they are validated after the format is known. */
export const OPTIONS = z.record(z.string(), z.unknown()).openapi('Options');

/** Several outputs, which the domain validates. */
export const OUTPUTS = z
  .unknown()
  .optional()
  .openapi({ type: 'array', description: 'Several outputs in place of `newFormat` and `options`.' });

/** A format and its options, or several of them. The format may be that of the saved preset which the options name. */
export const REQUESTED_OUTPUT = z
  .object({ newFormat: NEW_FORMAT.optional(), options: OPTIONS.optional(), outputs: OUTPUTS })
  .openapi('RequestedOutput');

/** The part `cover` of a form. */
export const COVER_PART = z.string().optional().openapi({
  format: 'binary',
  description: 'A picture (JPEG, PNG, WebP or GIF) that becomes the front cover of the result.',
});
