import type { Tags } from '../media/tag-names.ts';

/** Encodings that old taggers wrote into fields for Latin-1, by their WHATWG names. */
export type LegacyEncoding =
  | 'utf-8'
  | 'windows-1251'
  | 'shift_jis'
  | 'gb18030'
  | 'big5'
  | 'euc-kr'
  | 'euc-jp';

/** Names of the detection library. */
const NAMES: Readonly<Record<string, LegacyEncoding>> = {
  'windows-1251': 'windows-1251',
  kz1048: 'windows-1251',
  shift_jis: 'shift_jis',
  cp932: 'shift_jis',
  gb2312: 'gb18030',
  gbk: 'gb18030',
  gb18030: 'gb18030',
  big5: 'big5',
  cp950: 'big5',
  'euc-kr': 'euc-kr',
  cp949: 'euc-kr',
  'euc-jp': 'euc-jp',
};

/** Texts that may be bytes of another encoding: no letter above Latin-1, and at least one above ASCII. */
export function doubtfulTexts(tags: Tags): string[] {
  return Object.values(tags)
    .flat()
    .filter(isDoubtful)
    .slice(0, MOST_TEXTS)
    .map((text) => text.slice(0, LONGEST));
}

/** Maximum number and length of texts for the detection; a few tell the encoding. */
const MOST_TEXTS = 50;
const LONGEST = 300;

function isDoubtful(text: string): boolean {
  return /[\x80-\xff]/.test(text) && /^[\0-\xff]*$/.test(text);
}

/**
 * Whether texts are no Western European: these mix accented letters with plain ones in a word, and have no control
 * characters.
 */
export function areForeign(texts: readonly string[]): boolean {
  const all = texts.join('\n');
  const high = count(all, /[\x80-\xff]/g);
  if (count(all, /[\x80-\x9f]/g) >= 2 && texts.every((text) => decoded(text, 'shift_jis') !== undefined))
    return true;
  return /[\x80-\xff]{4}/.test(all) && high / (high + count(all, /[a-z]/gi)) >= LEAST_SHARE;
}

/** Least share of letters above ASCII; Western titles of several words have less. */
const LEAST_SHARE = 0.6;

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Whether all texts are UTF-8 that a reader took for Latin-1: accidental sequences of Latin-1 are no valid UTF-8. */
export function areUtf8(texts: readonly string[]): boolean {
  return texts.length > 0 && texts.every((text) => decoded(text, 'utf-8') !== undefined);
}

/** The encoding that a detection library names, if the texts look plausible in it. */
export function plausibleEncoding(name: string, texts: readonly string[]): LegacyEncoding | undefined {
  const key = name.toLowerCase();
  const encoding = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
  if (!encoding || encoding === 'utf-8') return undefined;
  const made = texts.map((text) => decoded(text, encoding));
  return made.every((text) => text !== undefined && isPlausible(text, encoding)) ? encoding : undefined;
}

/** Letters of each language; a Chinese or Japanese text may have Chinese characters only. */
const SCRIPTS: Readonly<Record<Exclude<LegacyEncoding, 'utf-8' | 'windows-1251'>, RegExp>> = {
  shift_jis: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/gu,
  'euc-jp': /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/gu,
  gb18030: /\p{Script=Han}/gu,
  big5: /\p{Script=Han}/gu,
  'euc-kr': /\p{Script=Hangul}/gu,
};

function isPlausible(text: string, encoding: Exclude<LegacyEncoding, 'utf-8'>): boolean {
  const letters = text.match(/[^\p{ASCII}\p{P}\p{S}\s]/gu) ?? [];
  if (encoding === 'windows-1251') return isCyrillic(text);
  return letters.length > 0 && count(text, SCRIPTS[encoding]) >= letters.length * 0.9;
}

/** Words in small letters, in capitals, or with one capital at the beginning, of Cyrillic letters and with a vowel. */
function isCyrillic(text: string): boolean {
  const words = text.match(/[\p{L}']+/gu)?.filter((word) => /\P{ASCII}/u.test(word)) ?? [];
  const isWord = (word: string) =>
    /^[\p{Script=Cyrillic}']+$/u.test(word) && /^(\p{Lu}?[\p{Ll}']+|[\p{Lu}']+)$/u.test(word);
  const hasVowel = words.some((word) => /[аеёиоуыэюяіїє]/iu.test(word));
  return hasVowel && words.every(isWord);
}

/** Tags with every doubtful value in an encoding; a value that is not valid in it stays. */
export function decodedTags(tags: Tags, encoding: string): Tags {
  const read = (text: string) => (isDoubtful(text) ? (decoded(text, encoding) ?? text) : text);
  return Object.fromEntries(Object.entries(tags).map(([name, values]) => [name, values.map(read)]));
}

/** Reads the bytes of a text again; ID3v1 cuts texts after 30 bytes, also within a character. */
function decoded(text: string, encoding: string): string | undefined {
  const bytes = Buffer.from(text, 'latin1');
  for (const length of [bytes.length, bytes.length - 1]) {
    try {
      const found = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(
        bytes.subarray(0, length),
      );
      if (!found.includes('\0') && !found.includes('\ufffd')) return found;
    } catch {
      // Not valid in this encoding, or one byte too long.
    }
    if (bytes.length < ID3V1) return undefined;
  }
  return undefined;
}

/** Bytes of the longest text in ID3v1, without those for the number of the track. */
const ID3V1 = 28;
