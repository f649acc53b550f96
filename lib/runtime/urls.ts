/** A URL without the slashes at its end, so that a path can be added. */
export function withoutSlashAtEnd(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '');
}
