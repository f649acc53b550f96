import { DOCS_EN, type DocsKey, type DocsMessages } from '../messages/docs-en.ts';
import { DOCS_ES } from '../messages/docs-es.ts';
import { filled, language, type Values } from '../messages.ts';

const CATALOGUES: Readonly<Record<'en' | 'es', DocsMessages>> = { en: DOCS_EN, es: DOCS_ES };

/** The text of a key of the documentation in the language of the page, with its values. */
export function d(key: DocsKey, values: Values = {}): string {
  return filled(CATALOGUES[language.value][key], values);
}

/** The text of a key that a value of the API makes, or undefined if the catalogue has none. */
export function knownText(key: string): string | undefined {
  return isKey(key) ? d(key) : undefined;
}

function isKey(key: string): key is DocsKey {
  return Object.hasOwn(DOCS_EN, key);
}
