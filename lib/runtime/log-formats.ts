import { styleText } from 'node:util';
import type { LogEvent, LogFields, Severity } from './log.ts';

/**
 * One JSON object in a line, as Cloud Logging's structured payload ("Structured logging", special fields). JSON escapes
 * only control characters below U+0020; the others are escaped here, since the reader may be a terminal.
 */
export function jsonLine({ severity, message, time, fields }: LogEvent): string {
  return escaped(JSON.stringify({ severity, message, time: time.toISOString(), ...fields }));
}

/** The text with control characters as JSON escapes them, `\u001b`: inside JSON and for people the same. */
export function escaped(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Control characters, separators of lines, and marks that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern replaces control characters
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const LABELS: Readonly<Record<Severity, { text: string; style: 'dim' | 'green' | 'yellow' | 'red' }>> = {
  DEBUG: { text: 'debug', style: 'dim' },
  INFO: { text: 'info ', style: 'green' },
  WARNING: { text: 'warn ', style: 'yellow' },
  ERROR: { text: 'error', style: 'red' },
};

/** Characters of one field; the rest is cut off. */
const LONGEST = 200;

/** Whether the event reports a successful request. On a terminal, such lines have level debug. */
export function isRoutine({ severity, fields }: LogEvent): boolean {
  return severity === 'INFO' && fields.httpRequest !== undefined;
}

/**
 * One line for people: time, level, sentence, task, other fields, error. A stack follows in separate lines.
 * @param color whether the terminal shows colours
 */
export function prettyLine(event: LogEvent, color: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const { message, time, fields } = event;
  const { text, style } = LABELS[isRoutine(event) ? 'DEBUG' : event.severity];
  const rest = shownFields(fields).map(([key, value]) => `${key}=${shown(value)}`);
  const parts = [
    paint('dim', clockTime(time)),
    paint(style, text),
    printable(message),
    fields.taskId === undefined ? '' : paint('cyan', `task ${shown(fields.taskId)}`),
    rest.length === 0 ? '' : paint('dim', rest.join(' ')),
    errorLines(fields.error),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** Fields that the line shows in another way, or that only connect lines in Cloud Logging. */
const UNSHOWN: ReadonlySet<string> = new Set(['taskId', 'revision', 'error', 'httpRequest', 'route']);

function shownFields(fields: LogFields): [string, unknown][] {
  return Object.entries(fields).filter(([key, value]) => {
    if (value === undefined || UNSHOWN.has(key) || key.startsWith('logging.googleapis.com/')) return false;
    if (key === 'code') return !String(fields.error).startsWith(`${value}: `);
    return key !== 'attempt' || value !== 1;
  });
}

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(Number(value.toFixed(3))) : textOf(value);
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The first line of the error continues the line of the event. */
function errorLines(error: unknown): string {
  if (error === undefined) return '';
  return textOf(error)
    .split('\n')
    .map((line) => printable(line.trim()))
    .join('\n    ');
}

/** The text without control characters: the name of a file may hold escape sequences, which a terminal would obey. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}

/** Local time, such as `18:04:09`. */
function clockTime(time: Date): string {
  return time.toTimeString().slice(0, 8);
}
