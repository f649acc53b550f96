import type { SentencePair } from '../sentence-patterns.ts';

/** Sentences of the service that name options as programs write them, and the same for people. */
export const SERVICE_EN: readonly SentencePair[] = [
  [
    '{seconds} s in {format} need fit.maxBytes of at least {leastBytes} to stay intelligible, and it is {mostBytes}. {ways}',
    '{seconds} s in {format} need at least {leastBytes} to stay intelligible, and the size limit is {mostBytes}.',
  ],
  [
    'Packets of {codec} cannot be cut. Leave out audio: copy, and the cut is exact and without loss.',
    'Packets of {codec} cannot be cut. Without a copy, the cut is exact and without loss.',
  ],
  [
    'The original is lossy already ({codec}), and whenLossy is {choice}, but the option {option} changes the sound.',
    'The original is lossy already ({codec}), and you chose not to lose more, but the option {option} changes the sound.',
  ],
  [
    'The original is lossy already ({codec}), and whenLossy is {choice}, but {format} cannot hold {other}.',
    'The original is lossy already ({codec}), and you chose not to lose more, but {format} cannot hold {other}.',
  ],
  [
    'The original is lossy already ({codec}), and whenLossy is {choice}.',
    'The original is lossy already ({codec}), and you chose not to lose more.',
  ],
  [
    'The original is damaged. {part} of its sound ({seconds} s) is missing. The option onDamage asks for a failure.',
    'The original is damaged. {part} of its sound ({seconds} s) is missing, and you chose not to convert it then.',
  ],
  [
    'The original is damaged. The option onDamage asks for a failure.',
    'The original is damaged, and you chose not to convert it then.',
  ],
];
