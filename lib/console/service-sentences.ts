import { ERRORS_ES } from './messages/errors-es.ts';
import { SERVICE_EN } from './messages/service-en.ts';
import { SERVICE_ES } from './messages/service-es.ts';
import { filled, known, language } from './messages.ts';
import { number, size } from './quantities.ts';
import { findSentence } from './sentence-patterns.ts';

/** A sentence of the service for people: in the language of the page and, where that is not possible, in English beside it. */
export interface ServiceSentence {
  text: string;
  /** The service's own sentence in English, whose details the text does not have; undefined if it has them all. */
  details?: string;
}

/** A sentence of the service in the language of the page; undefined if there is only the English one. */
export function translated(message: string): string | undefined {
  const isEnglish = language.value === 'en';
  const found = findSentence(message, isEnglish ? SERVICE_EN : SERVICE_ES);
  if (!found) return isEnglish ? message : undefined;
  const details = Object.entries(found.details).map(([name, detail]) => [name, shown(name, detail)]);
  return filled(found.other, Object.fromEntries(details));
}

/** A sentence with the code of an error of the service. */
export function sentenceOf({ code, message }: { code: string; message: string }): ServiceSentence {
  const text = translated(message);
  if (text !== undefined) return { text };
  const known = Object.entries(ERRORS_ES).find(([key]) => key === `error.${code}`)?.[1];
  return known === undefined ? { text: message } : { text: known, details: message };
}

/** A detail with the numbers of the language. */
function shown(name: string, detail: string): string {
  if (name === 'option') return known(`option.${detail}`) ?? detail;
  const value = Number(detail);
  if (!Number.isFinite(value)) return detail;
  return name.endsWith('Bytes') ? size(value) : number(value, 3);
}
