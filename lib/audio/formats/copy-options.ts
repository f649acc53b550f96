/** Values of the option `audio`. */
export const AUDIO = ['auto', 'copy', 'encode'] as const;

/** Values of the option `whenLossy`. */
export const WHEN_LOSSY = ['encode', 'copy', 'refuse'] as const;

/** Options that change the sound or its encoding, which a copy cannot meet. */
const UNMET = [
  'preset',
  'bitrate',
  'quality',
  'sampleRate',
  'channels',
  'bitDepth',
  'encoding',
  'compressionLevel',
  'loudness',
  'gain',
  'fadeIn',
  'fadeOut',
] as const;

type Options = Readonly<Partial<Record<(typeof UNMET)[number] | 'audio' | 'whenLossy', unknown>>>;

/** Options that contradict the option `audio`, with the reason. A value of 0 changes nothing. */
export function copyConflicts(options: Options): [(typeof UNMET)[number] | 'whenLossy', string][] {
  const { audio, whenLossy } = options;
  if (audio === 'encode' && whenLossy === 'copy')
    return [['whenLossy', 'expected encode or refuse with audio: encode']];
  if (audio !== 'copy') return [];
  const set = UNMET.filter((name) => options[name] !== undefined && options[name] !== 0);
  return set.map((name) => [
    name,
    'expected no such option with audio: copy, which changes nothing of the sound',
  ]);
}

/**
 * The same conflicts as JSON Schema.
 * @param names options of the format
 */
export function describeCopyConflicts(names: readonly string[]): Readonly<Record<string, unknown>>[] {
  const unmet = UNMET.filter((name) => names.includes(name));
  const isSet = unmet.map((name) => ({ required: [name], properties: { [name]: { not: { const: 0 } } } }));
  return [
    {
      required: ['audio', 'whenLossy'],
      properties: { audio: { const: 'encode' }, whenLossy: { const: 'copy' } },
    },
    { required: ['audio'], properties: { audio: { const: 'copy' } }, anyOf: isSet },
  ];
}
