import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AppError } from '../runtime/errors.ts';
import type { TaskFile } from '../tasks/tasks.ts';
import { isNotModified, type Validators, validatorHeaders } from './conditional-requests.ts';

/** The request headers of conditional requests, as they are documented (RFC 9110, 13.1). */
export const CONDITIONS = z.object({
  'if-match': z.string().optional().openapi({ description: '412 where the file is another one now.' }),
  'if-none-match': z.string().optional().openapi({ description: '304 where the file is still this one.' }),
  'if-modified-since': z.string().optional().openapi({ description: 'A date; 304 without a later change.' }),
  'if-unmodified-since': z.string().optional().openapi({ description: 'A date; 412 after a later change.' }),
});

/** A response header that is text, as it is documented. */
export const textHeader = (description: string) => ({ description, schema: { type: 'string' as const } });

/** The response headers of the validators, as they are documented. */
export const VALIDATORS = {
  ETag: textHeader('Changes whenever the bytes do.'),
  'Last-Modified': textHeader('Absent during the second of the change itself.'),
};

/** The answer to a condition that names the present validators, as it is documented. */
export const NOT_MODIFIED = {
  304: { description: 'The file is the one that the caller has already.', headers: VALIDATORS },
};

/**
 * The validators of a file as it is stored, and its size in bytes. The tag is strong: a revision is written once, and
 * size and time of the file tell of any change behind the program's back.
 * Throws `not_found` where the file is gone.
 */
export async function validatorsOf({
  storage,
  key,
  version,
}: TaskFile): Promise<Validators & { size: number }> {
  const object = await storage.stat(key);
  if (!object) throw new AppError('not_found', 'The file is no longer there.');
  const { size, modified } = object;
  const etag = `"${version}-${size.toString(36)}-${Math.trunc(modified.getTime()).toString(36)}"`;
  return { etag, modified, size };
}

/**
 * Answers what needs no content: 304 with the validators and `headers`; undefined where the content is to be sent.
 * Throws `precondition_failed`.
 */
export function notModified(
  c: Context,
  validators: Validators,
  headers: Readonly<Record<string, string>>,
): Response | undefined {
  if (!isNotModified(c, validators)) return undefined;
  return new Response(null, { status: 304, headers: { ...headers, ...validatorHeaders(validators) } });
}
