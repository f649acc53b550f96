import { language } from './messages.ts';

/** A number in the language of the page. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);
}

/** A part of one as a percentage. */
export function percent(part: number): string {
  return new Intl.NumberFormat(language.value, { style: 'percent' }).format(part);
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes with the unit in which they have one to three digits. */
export function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 0 && value < 10 ? 1 : 0,
  }).format(value);
}

/** Seconds as a clock shows them: `0:07.5`, `3:07`, `1:02:03`. @param digits of the fraction; default: one below ten seconds */
export function clock(seconds: number, digits = seconds < 10 ? 1 : 0): string {
  const whole = Number(seconds.toFixed(digits));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(language.value, { minimumIntegerDigits: 2, ...fraction });
  const rest = format.format(Number((whole % 60).toFixed(digits)));
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** Reads what `clock` writes, or plain seconds; undefined for other texts. */
export function secondsOf(text: string): number | undefined {
  const parts = text.trim().replace(',', '.').split(':');
  const isClock = parts.length <= 3 && parts.every((part) => /^\d{1,5}(\.\d+)?$/.test(part));
  return isClock ? parts.reduce((sum, part) => sum * 60 + Number(part), 0) : undefined;
}

/** A point in time, short. */
export function moment(time: string): string {
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' });
  return format.format(new Date(time));
}

/** A day. */
export function day(time: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'long' }).format(new Date(time));
}

/** A day without its year, if that is the present one. */
export function shortDay(time: string): string {
  const date = new Date(time);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  const format = new Intl.DateTimeFormat(language.value, {
    day: 'numeric',
    month: 'short',
    ...(!isThisYear && { year: 'numeric' as const }),
  });
  return format.format(date);
}

export function hertz(rate: number): string {
  return `${number(rate / 1000, 3)} kHz`;
}

export function bitrate(rate: number): string {
  return `${number(rate / 1000)} kbit/s`;
}

const SPANS = [
  { unit: 'day', length: 86_400 },
  { unit: 'hour', length: 3600 },
  { unit: 'minute', length: 60 },
] as const;

/** A length of time in the largest unit of which it is a whole number. */
export function span(seconds: number): string {
  const { unit, length } = SPANS.find((each) => seconds % each.length === 0) ?? { unit: 'second', length: 1 };
  const format = new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(seconds / length);
}
