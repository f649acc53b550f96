/** Letters that are written from right to left, and marks that change the direction of a text. */
const TURNING =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Bidi_Control}]/u;

/** Beginnings and ends of isolates, of which a text may have one without the other. */
const ISOLATES = /[\u2066-\u2069]/g;

/**
 * A text that does not turn the words around it, whatever its letters are: between FIRST STRONG ISOLATE and POP
 * DIRECTIONAL ISOLATE if it needs them (Unicode Standard Annex 9).
 */
export function isolated(text: string): string {
  return TURNING.test(text) ? `\u2068${text.replaceAll(ISOLATES, '')}\u2069` : text;
}
