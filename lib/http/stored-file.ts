import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AppError } from '../runtime/errors.ts';
import type { TaskFile } from '../tasks/tasks.ts';
import { isNotModified, type Validators, validatorHeaders } from './conditional-requests.ts';
import { textHeader } from './schemas/responses.ts';

/** Documentation of the headers of conditional requests (RFC 9110, 13.1). */
export const CONDITIONS = z.object({
  'if-match': z.string().optional().openapi({ description: '412 if the file has changed.' }),
  'if-none-match': z.string().optional().openapi({ description: '304 if the file has not changed.' }),
  'if-modified-since': z.string().optional().openapi({ description: 'A date; 304 without a later change.' }),
  'if-unmodified-since': z.string().optional().openapi({ description: 'A date; 412 after a later change.' }),
});

/** Documentation of the response headers of the validators. */
export const VALIDATORS = {
  ETag: textHeader('Changes with every change of the bytes.'),
  'Last-Modified': textHeader('Absent during the second of the change.'),
};

/** Documentation of the answer to a condition that names the current validators. */
export const NOT_MODIFIED = {
  304: { description: 'The client already has the current file.', headers: VALIDATORS },
};

/**
 * The validators of a stored file, and its size in bytes. The tag is strong: each revision is written once, and size
 * and time of the file reveal any change from outside the program.
 * Throws `not_found` if the file is gone.
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
 * Returns 304 with the validators and `headers`, or undefined if the content must be sent.
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
