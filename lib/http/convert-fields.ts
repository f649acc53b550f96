import { AppError } from '../runtime/errors.ts';
import { parseJson } from '../runtime/json-text.ts';
import type { Fields } from '../uploads/form-fields.ts';
import type { FormFile } from '../uploads/form-file.ts';

/** Fields of a form that are no options. */
const NO_OPTIONS: ReadonlySet<string> = new Set([
  'filename',
  'format',
  'newFormat',
  'options',
  'audio',
  'destination',
  'webhook',
]);

/**
 * A form whose options are fields of their own, as a form of `POST /api/tasks`: `bitrate=128000` there is a member of the
 * JSON in `options`. A field of the form has priority over one of the query.
 */
export function convertFields(form: FormFile, query: Readonly<Record<string, string>>): FormFile {
  const all = (fields: Fields) => taskFields(new Map([...Object.entries(query), ...fields]));
  return { ...form, before: all(form.before), end: async () => all(await form.end()) };
}

function taskFields(fields: Fields): Fields {
  const own = [...fields].filter(([name, value]) => !NO_OPTIONS.has(name) && value !== '');
  const found = new Map<string, string>();
  for (const [name, value] of [
    ['filename', fields.get('filename')],
    ['newFormat', fields.get('newFormat') || fields.get('format')],
    ['destination', fields.get('destination')],
    ['webhook', withSecret(fields.get('webhook'))],
    ['options', own.length > 0 ? withOptions(fields.get('options'), own) : fields.get('options')],
  ] as const)
    if (value !== undefined) found.set(name, value);
  return found;
}

/** The answer is the result, and so has no place for a secret that the service makes. Throws `invalid_request`. */
function withSecret(json: string | undefined): string | undefined {
  const given = json ? parseJson(json, 'field webhook', 'webhook') : undefined;
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !('secret' in given)) {
    const details = [{ path: 'webhook.secret', message: 'expected whsec_ and 24 to 64 bytes in base64' }];
    throw new AppError(
      'invalid_request',
      'The field webhook has no secret. The answer is a file and cannot name a new one, so send one of yours: expected whsec_ and 24 to 64 bytes in base64.',
      { details },
    );
  }
  return json;
}

/** JSON of the field `options` together with options that are fields. Throws `invalid_request`. */
function withOptions(json: string | undefined, own: readonly (readonly [string, string])[]): string {
  const given = json ? parseJson(json, 'field options', 'options') : {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new AppError('invalid_request', 'The field options is not a JSON object.');
  const members = own.map(([name, value]) => `${JSON.stringify(name)}:${memberValue(name, value)}`);
  const rest = Object.entries(given).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${[...rest, ...members].join(',')}}`;
}

/** A number, an object or a list as it is; any other text, and the name of a preset, as a string. */
function memberValue(name: string, text: string): string {
  if (name === 'preset') return JSON.stringify(text);
  try {
    return typeof JSON.parse(text) === 'string' ? JSON.stringify(text) : text;
  } catch {
    return JSON.stringify(text);
  }
}
