import type { GroupLimits } from '../../client/index.ts';

/** Limits that are numbers, with the factor from what a person writes to what the API takes, and the least of the latter. */
export const NUMBERS = [
  { name: 'uploadBytes', factor: 1_000_000, least: 1 },
  { name: 'durationSeconds', factor: 60, least: 1 },
  { name: 'storedBytes', factor: 1_000_000_000, least: 0 },
  { name: 'audioMinutes', factor: 1, least: 0 },
  { name: 'openUploads', factor: 1, least: 0 },
  { name: 'waitingTasks', factor: 1, least: 0 },
  { name: 'runningTasks', factor: 1, least: 0 },
  { name: 'requests', factor: 1, least: 0 },
  { name: 'retentionDays', factor: 1, least: 1 },
] as const satisfies readonly { name: keyof GroupLimits; factor: number; least: number }[];

/** Word for all formats; a list of names means only these. */
const ALL = '*';

/** A limit as it stands in its field; empty if it is inherited. */
export function shownLimit(limits: GroupLimits, name: keyof GroupLimits): string {
  if (name === 'formats') return limits.formats === null ? ALL : (limits.formats?.join(', ') ?? '');
  const factor = NUMBERS.find((one) => one.name === name)?.factor ?? 1;
  const value = limits[name];
  return value === undefined ? '' : String(value / factor);
}

/** The limits that the fields of a form have. @param text of a field by its name */
export function limitsOf(text: (name: string) => string): GroupLimits {
  const limits: GroupLimits = {};
  for (const { name, factor } of NUMBERS)
    if (text(name) !== '') limits[name] = Math.round(Number(text(name)) * factor);
  const formats = text('formats').toLowerCase().split(/[\s,]/).filter(Boolean);
  if (formats.length > 0) limits.formats = formats.includes(ALL) ? null : formats;
  return limits;
}
