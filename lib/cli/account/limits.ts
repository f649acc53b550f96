import type { Group } from '../../client/index.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { usageError } from '../terminal/command-error.ts';

/** Limits of a group or a user; those that are absent are inherited. */
type Limits = Group['limits'];

type NumberName = Exclude<keyof Limits, 'formats'>;

const NUMBERS: readonly NumberName[] = [
  'requests',
  'openUploads',
  'waitingTasks',
  'runningTasks',
  'storedBytes',
  'audioMinutes',
  'uploadBytes',
  'durationSeconds',
  'retentionDays',
];

/**
 * Reads limits as they are typed: `name=value`, with an empty value for a limit that is inherited again.
 * @returns a function that changes limits by them
 * Throws a usage error.
 */
export function withLimits(texts: readonly string[] = []): (limits: Limits) => Limits {
  const changes = texts.map(changeOf);
  return (limits) => {
    const changed = { ...limits };
    for (const change of changes) change(changed);
    return changed;
  };
}

function changeOf(text: string): (limits: Limits) => void {
  const [name = '', value] = [text.split('=', 1)[0], text.includes('=') && text.slice(text.indexOf('=') + 1)];
  const number = NUMBERS.find((one) => one === name);
  if ((number === undefined && name !== 'formats') || value === false || value === undefined)
    throw usageError(
      `--limit "${escaped(text)}": expected name=value, with one of ${[...NUMBERS, 'formats'].join(', ')}.`,
    );
  if (number === undefined) return formatsOf(value);
  if (value === '') return (limits) => delete limits[number];
  if (!/^\d{1,16}$/.test(value))
    throw usageError(`--limit ${number}: expected a whole number, or nothing for the inherited limit.`);
  return (limits) => {
    limits[number] = Number(value);
  };
}

function formatsOf(value: string): (limits: Limits) => void {
  if (value === '') return (limits) => delete limits.formats;
  const formats =
    value === 'all'
      ? null
      : value
          .toLowerCase()
          .split(',')
          .map((name) => name.trim());
  return (limits) => {
    limits.formats = formats;
  };
}

/** Limits in one line, as they are typed; empty without one. */
export function limitsText(limits: Limits): string {
  return Object.entries(limits)
    .map(([name, value]) => `${name}=${value === null ? 'all' : String(value)}`)
    .join(' ');
}
