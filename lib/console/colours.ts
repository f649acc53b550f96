import { signal } from '@preact/signals';
import { remember, remembered } from './remembered.ts';

/** Choices of colours; `system` follows the system. */
export const COLOURS = ['system', 'light', 'dark'] as const;

export type Colours = (typeof COLOURS)[number];

/** The chosen colours. `theme.ts` has set those of an earlier visit before the first paint. */
export const colours = signal<Colours>(COLOURS.find((name) => name === remembered('theme')) ?? 'system');

export function colour(chosen: Colours): void {
  colours.value = chosen;
  remember('theme', chosen === 'system' ? undefined : chosen);
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
