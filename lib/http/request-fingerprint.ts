import { createHash } from 'node:crypto';
import type { Fields } from '../uploads/form-fields.ts';
import type { FormFile } from '../uploads/form-file.ts';

/**
 * Hash of a JSON value. The order of names does not change it.
 * @param value parsed JSON, which is not deep
 */
export function jsonFingerprint(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url');
}

/**
 * A form that is fingerprinted while it is read: by its fields in any order, and by the name and the hash of its file and
 * the hash of its cover. The boundary and the headers of its parts do not matter.
 * @param rest everything else that the fingerprint covers
 * @param judge receives the fingerprint at the end of the form; its error is that of `end`
 */
export function fingerprintedForm(
  form: FormFile,
  rest: unknown,
  judge: (fingerprint: string) => Promise<void>,
): FormFile {
  const hash = createHash('sha256');
  const digested = async function* () {
    for await (const chunk of form.content) {
      hash.update(chunk);
      yield chunk;
    }
  };
  return {
    ...form,
    content: digested(),
    async end() {
      const fields = await form.end();
      const file = { name: form.name, sha256: hash.digest('base64url') };
      await judge(jsonFingerprint({ rest, fields: pairs(fields), file, cover: coverHash(form) }));
      return fields;
    },
  };
}

/** Reads a form to its end, and returns nothing of it. */
export async function drainForm(form: FormFile): Promise<void> {
  for await (const _ of form.content);
  await form.end();
}

/** Pairs and not an object: a field may be named `__proto__`. */
function pairs(fields: Fields): [string, string][] {
  return [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
}

function coverHash(form: FormFile): string | null {
  const cover = form.cover();
  return cover ? createHash('sha256').update(cover).digest('base64url') : null;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
