/**
 * Whether a text can be stored: PostgreSQL's text and jsonb hold no NUL (manual, 8.3 and 8.14), and UTF-8 no half of a
 * surrogate pair.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** The text without NUL, and with U+FFFD for each half of a surrogate pair. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
