import type { Schema } from './formats.ts';
import { OPTIONS_ES } from './messages/options-es.ts';
import { language } from './messages.ts';

/** What an option means. `language` differs from that of the page where there is no translation. */
export interface OptionMeaning {
  text: string;
  language: 'en' | 'es';
}

/** The meaning of an option in the language of the page; undefined if the service describes none. @param name dotted for a part */
export function meaningOf(name: string, { description }: Schema): OptionMeaning | undefined {
  const translated =
    language.value === 'es' && Object.hasOwn(OPTIONS_ES, name) ? OPTIONS_ES[name] : undefined;
  if (translated !== undefined) return { text: translated, language: 'es' };
  return description === undefined ? undefined : { text: description, language: 'en' };
}
