import type { MessageKey } from './messages/en.ts';
import type { Options } from './options.ts';

/** Ways out of a failure. */
export interface Ways {
  /** Options that mend it. */
  change?: { label: MessageKey; options: Options };
  /** It may not come again with the same outputs. */
  again?: true;
  /** It is of one sound track of several. */
  tracks?: true;
  /** A smaller result mends it. */
  smaller?: true;
  /** Other options may mend it: a part of the sound, another format. */
  options?: true;
  /** Another file mends it, or the same one once more. */
  file?: true;
  /** Another address mends it, or the same one later. */
  address?: true;
  /** Another join of the batch mends it. */
  batches?: true;
}

/** Ways out by the code of a failure. A test holds them complete. */
export const WAYS: Readonly<Record<string, Ways>> = {
  not_audio: { file: true },
  no_audio: { file: true },
  damaged: {
    change: { label: 'mend.damaged', options: { onDamage: 'deliver' } },
    tracks: true,
    file: true,
  },
  unsupported_codec: { tracks: true, file: true },
  no_such_track: {
    change: { label: 'mend.no_such_track', options: { track: undefined } },
    tracks: true,
  },
  nothing_left: {
    change: { label: 'mend.nothing_left', options: { start: undefined, end: undefined } },
  },
  cannot_join: { again: true, batches: true },
  cannot_split: {
    change: { label: 'mend.cannot_split', options: { split: undefined } },
    options: true,
  },
  cannot_copy: { change: { label: 'mend.cannot_copy', options: { audio: 'encode' } }, options: true },
  already_lossy: {
    change: { label: 'mend.already_lossy', options: { whenLossy: 'encode' } },
    options: true,
  },
  too_long: { again: true, options: true, file: true },
  result_too_large: { smaller: true, options: true },
  timed_out: { again: true, options: true },
  stalled: { again: true, file: true },
  resource_limit: { again: true, options: true, file: true },
  gave_up: { again: true },
  too_large: { file: true },
  size_mismatch: { file: true },
  url_refused: { address: true, file: true },
  url_unreachable: { address: true, file: true },
  url_too_large: { address: true, file: true },
  files_removed: { file: true },
};
