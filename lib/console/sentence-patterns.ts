/** A sentence with details, `{name}` each, in English and in another language. */
export type SentencePair = readonly [english: string, other: string];

/** The details of a sentence by their names, and the sentence of the other language to put them into. */
export interface FoundSentence {
  other: string;
  details: Readonly<Record<string, string>>;
}

/** Finds the pair of an English sentence; the first one that fits. */
export function findSentence(message: string, pairs: readonly SentencePair[]): FoundSentence | undefined {
  for (const [english, other] of pairs) {
    const found = patternOf(english).exec(message);
    if (found) return { other, details: { ...found.groups } };
  }
  return undefined;
}

/** Characters that mean something in a pattern. */
const SPECIAL = /[.*+?^${}()|[\]\\]/g;

function patternOf(english: string): RegExp {
  const parts = english.split(/\{(\w+)\}/);
  const text = parts.map((part, index) =>
    index % 2 === 0 ? part.replace(SPECIAL, '\\$&') : `(?<${part}>.+?)`,
  );
  return new RegExp(`^${text.join('')}$`, 's');
}
