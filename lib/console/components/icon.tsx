/** Strokes in a square of 24. */
const PATHS = {
  download: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  delete: 'M4 7h16M9 7V4h6v3m-8 0 1 13h8l1-13',
  close: 'm6 6 12 12M18 6 6 18',
  pause: 'M9 6v12m6-12v12',
  resume: 'M8 5.5v13l10.5-6.5z',
  again: 'M19 11A7.5 7.5 0 0 0 5.5 7.5L4 9m0-4v4h4M5 13a7.5 7.5 0 0 0 13.5 3.5L20 15m0 4v-4h-4',
  link: 'm10 14 4-4m-6 2-2 2a3.5 3.5 0 0 0 5 5l2-2m3-5 2-2a3.5 3.5 0 0 0-5-5l-2 2',
  zoomIn: 'M15.5 15.5 20 20M4 10.5a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0-13 0m3.5 0h6m-3-3v6',
  zoomOut: 'M15.5 15.5 20 20M4 10.5a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0-13 0m3.5 0h6',
  earlier: 'm14 6-6 6 6 6',
  later: 'm10 6 6 6-6 6',
  up: 'm6 14 6-6 6 6',
  down: 'm6 10 6 6 6-6',
  search: 'M15.5 15.5 20 20M4 10.5a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0-13 0',
  time: 'M4 12a8 8 0 1 0 16 0 8 8 0 1 0-16 0m8-4.5V12l3 2',
  colours: 'M12 4a8 8 0 1 0 0 16ZM12 4a8 8 0 0 1 0 16',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture that only accompanies a name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
