import type { Tags } from '../media/tag-names.ts';
import {
  areForeign,
  areUtf8,
  doubtfulTexts,
  type LegacyEncoding,
  plausibleEncoding,
} from './text-encoding.ts';

/**
 * The encoding of tags that were read as Latin-1; null if they may be just that. Texts that look Western European never
 * reach the detection library, whose tables take 120 ms to load.
 */
export async function detectedEncoding(tags: Tags): Promise<LegacyEncoding | null> {
  const texts = doubtfulTexts(tags);
  if (texts.length === 0) return null;
  if (areUtf8(texts)) return 'utf-8';
  if (!areForeign(texts)) return null;
  const { detect } = await import('jschardet');
  const { encoding } = detect(Buffer.from(texts.join('\n'), 'latin1'));
  return plausibleEncoding(encoding ?? '', texts) ?? null;
}
