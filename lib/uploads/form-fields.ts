import { z } from 'zod';
import { TASK_WEBHOOK } from '../ports/webhooks.ts';
import { AppError } from '../runtime/errors.ts';
import { parseJson } from '../runtime/json-text.ts';
import type { OutputRequest } from '../tasks/requested-output.ts';
import type { WantedWebhook } from '../webhooks/webhooks.ts';

/** Text fields of a form that uploads an original. */
const FORM_FIELDS = z.object({
  newFormat: z
    .string('expected a format, such as mp3')
    .optional()
    .meta({ example: 'mp3', description: 'Default: the format of the saved preset that the options name.' }),
  filename: z.string().optional().meta({ description: 'Default: the name of the part `audio`.' }),
  options: z
    .string()
    .transform((text) => parseJson(text, 'field options', 'options'))
    .optional()
    .meta({
      description: 'JSON; `GET /api/formats` lists the options of each format.',
      example: '{"bitrate": 128000}',
    }),
  outputs: z
    .string()
    .transform((text) => parseJson(text, 'field outputs', 'outputs'))
    .optional(),
  destination: z.string().max(8192).optional(),
  webhook: z
    .string()
    .transform((text) => parseJson(text, 'field webhook', 'webhook'))
    .pipe(TASK_WEBHOOK)
    .optional(),
});

/** Text fields of a form by name. */
export type Fields = ReadonlyMap<string, string>;

interface FormRequest extends OutputRequest {
  filename?: string | undefined;
  webhook?: WantedWebhook | undefined;
  destination?: string | undefined;
}

/** Throws `invalid_request` with every problem. */
export function parseFields(fields: Fields): FormRequest {
  const given = [...fields].filter(([, value]) => value !== '');
  const parsed = FORM_FIELDS.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const sentence = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new AppError('invalid_request', `The fields of the form are not valid. ${sentence}.`, { details });
}
