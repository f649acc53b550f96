/** A word that may be a URL, or the path of one. The pattern reads each character once, also in long hostile texts. */
const WORD = /[^\s"'<>]+/g;

/** The text with `?...` for the query of every URL and path in it. */
export function withoutQueries(text: string): string {
  return text.includes('?') ? text.replace(WORD, withoutQuery) : text;
}

function withoutQuery(word: string): string {
  const [address = '', query] = word.split(/\?(.*)/s, 2);
  return query && address.includes('/') ? `${address}?...` : word;
}
