const FORBIDDEN = /^\.{1,2}$|[/\\\0]/;

/**
 * Joins the parts of an object's key; the only function that does. A key can't leave its root: a part is never empty, `.`
 * or `..`, and contains no slash, backslash or NUL. Throws a TypeError otherwise, since callers make names safe first.
 */
export function objectKey(...parts: readonly (string | number)[]): string {
  const texts = parts.map(String);
  const bad = texts.find((part) => part === '' || FORBIDDEN.test(part));
  if (bad !== undefined) throw new TypeError(`${JSON.stringify(bad)} can't be part of an object's key`);
  return texts.join('/');
}
