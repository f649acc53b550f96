import { signal } from '@preact/signals';
import { formatOf, optionsOf } from './formats.ts';
import type { Options } from './options.ts';
import { remember, remembered } from './remembered.ts';

/** A requested output. */
export interface Wanted {
  format: string;
  options: Options;
  /** File name of the result without its extension; undefined: as the original. */
  name?: string;
}

/** The output that the next files get. A link such as `/?to=wav&preset=telephony` chooses it. */
export const wanted = signal<Wanted>(firstWanted());

/** Chooses another format, and keeps the options that it has as well. */
export function inFormat({ options, ...others }: Wanted, format: string): Wanted {
  const names = new Set(optionsOf(format).map(([name]) => name));
  const possible = Object.entries(options).filter(([name]) => names.has(name));
  return { ...others, format, options: Object.fromEntries(possible) };
}

/** Sets one option; undefined leaves it to the service. */
export function withOption({ options, ...output }: Wanted, name: string, value: unknown): Wanted {
  const { [name]: _, ...others } = options;
  return { ...output, options: value === undefined ? others : { ...others, [name]: value } };
}

/** Chooses what the next files become, now and for later visits. */
export function want(chosen: Wanted): void {
  wanted.value = chosen;
  remember('wanted', JSON.stringify(chosen));
}

/** Parts of a choice that this service does not have. */
export interface Missing {
  format?: string;
  preset?: string;
}

/**
 * Leaves out what this service does not have of the choice of a link or an earlier visit, and tells what that was. The preset
 * may be one that the user has saved.
 */
export function checkWanted(): Missing {
  const { format, options } = wanted.value;
  const preset = Object.entries(options).find(([name]) => name === 'preset')?.[1];
  const known = formatOf(format);
  const possible = known ? inFormat(wanted.value, format) : { format: 'mp3', options: {} };
  const isPreset = presetsOf(possible.format).some((name) => name === preset);
  wanted.value = isPreset ? possible : withOption(possible, 'preset', undefined);
  return {
    ...(!known && { format }),
    ...(preset !== undefined && !isPreset && { preset: String(preset) }),
  };
}

function presetsOf(format: string): readonly (string | number)[] {
  const schema = optionsOf(format).find(([name]) => name === 'preset')?.[1];
  return schema?.enum ?? schema?.anyOf?.find((kind) => kind.enum)?.enum ?? [];
}

/** The format that the address of the page names; undefined if it names none. */
export function linkedFormat(): string | undefined {
  return new URLSearchParams(location.search).get('to')?.toLowerCase();
}

function firstWanted(): Wanted {
  const preset = new URLSearchParams(location.search).get('preset');
  const to = linkedFormat();
  if (to !== undefined || preset !== null)
    return { format: to ?? 'mp3', options: preset === null ? {} : { preset } };
  try {
    const kept: unknown = JSON.parse(remembered('wanted') ?? '{}');
    if (isWanted(kept)) return kept;
  } catch {
    // Another program may have written it.
  }
  return { format: 'mp3', options: {} };
}

function isWanted(value: unknown): value is Wanted {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('options' in value))
    return false;
  return typeof value.format === 'string' && typeof value.options === 'object' && value.options !== null;
}
