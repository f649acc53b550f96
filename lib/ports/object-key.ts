const FORBIDDEN = /^\.{1,2}$|[/\\\0]/;

/**
 * The one function that every part of an object's key crosses. A key can't leave its root: a part is never
 * empty, `.`, `..`, nor does it hold a slash, a backslash or NUL. Throws a TypeError otherwise, since names
 * were made safe before.
 */
export function objectKey(...parts: readonly (string | number)[]): string {
  const texts = parts.map(String);
  const bad = texts.find((part) => part === '' || FORBIDDEN.test(part));
  if (bad !== undefined) throw new TypeError(`${JSON.stringify(bad)} can't be part of an object's key`);
  return texts.join('/');
}
