import { computed, signal } from '@preact/signals';
import { isolated } from './isolated.ts';
import { EN, type MessageKey, type Messages } from './messages/en.ts';
import { ES } from './messages/es.ts';
import { remember, remembered } from './remembered.ts';

/** Languages by their BCP 47 tags, with their own names. */
export const LANGUAGES = { en: 'English', es: 'Español' } as const;

export type Language = keyof typeof LANGUAGES;

const CATALOGUES: Readonly<Record<Language, Messages>> = { en: EN, es: ES };

/** The language of the page. */
export const language = signal<Language>(firstLanguage());

const plurals = computed(() => new Intl.PluralRules(language.value));

/** Changes the language, now and for later visits. */
export function speak(chosen: Language): void {
  language.value = chosen;
  remember('language', chosen);
  document.documentElement.lang = chosen;
}

/** The text of a key in the language of the page, with its values. */
export function t(key: MessageKey, values: Values = {}): string {
  return filled(CATALOGUES[language.value][key], values);
}

/** Values of a text by their names. */
export type Values = Readonly<Record<string, string | number>>;

/** A text of a catalogue with its values. */
export function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(values, name) ? isolated(String(values[name])) : '',
  );
}

/** Texts that differ by a number: `KEY.one` and `KEY.other`. */
type CountedKey = Extract<MessageKey, `${string}.one`> extends `${infer Key}.one` ? Key : never;

/** The text of a key that counts. */
export function counted(key: CountedKey, count: number, values: Values = {}): string {
  const form = plurals.value.select(count) === 'one' ? 'one' : 'other';
  return t(`${key}.${form}`, { ...values, count: new Intl.NumberFormat(language.value).format(count) });
}

/** The text of a key that a value of the API makes, or undefined if the catalogue has none. */
export function known(key: string): string | undefined {
  return isKey(key) ? t(key) : undefined;
}

/** The name of a tag for people. */
export function tagName(name: string): string {
  return known(`tag.${name}`) ?? name;
}

function isKey(key: string): key is MessageKey {
  return Object.hasOwn(EN, key);
}

function firstLanguage(): Language {
  const wanted = [remembered('language'), ...navigator.languages];
  const found = wanted.map((tag) => tag?.slice(0, 2)).find((tag) => tag === 'en' || tag === 'es');
  const chosen = found === 'es' ? 'es' : 'en';
  document.documentElement.lang = chosen;
  return chosen;
}
