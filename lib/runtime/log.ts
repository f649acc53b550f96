import { AsyncLocalStorage } from 'node:async_hooks';
import { AppError } from './errors.ts';
import { withoutQueries } from './redaction.ts';

/** Severities of Cloud Logging's structured payload, the least severe first. */
export const SEVERITIES = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;

export type Severity = (typeof SEVERITIES)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** One event; its texts hold no query of a URL, and its fields no Error object. */
export interface LogEvent {
  severity: Severity;
  message: string;
  time: Date;
  fields: LogFields;
}

/**
 * Writes one event for each call. Callers never pass a token, a password or a signed URL. URLs in the message and in the
 * fields, as in errors of Google's clients, lose their queries: a query may contain a signature or an upload token.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const surrounding = new AsyncLocalStorage<LogFields>();

/** Adds fields to every event that `work` logs, such as the trace of a request. */
export function withFields<T>(fields: LogFields, work: () => T): T {
  return surrounding.run({ ...surrounding.getStore(), ...fields }, work);
}

/**
 * @param write takes each event that is at least as severe as `least`
 */
export function createLog(write: (event: LogEvent) => void, least: Severity = 'INFO'): Log {
  const lowest = SEVERITIES.indexOf(least);
  const at = (severity: Severity) => {
    if (SEVERITIES.indexOf(severity) < lowest) return () => undefined;
    return (message: string, fields: LogFields = {}) => {
      const all = { ...surrounding.getStore(), ...fields };
      write({ severity, message: withoutQueries(message), time: new Date(), fields: plainFields(all) });
    };
  };
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARNING'), error: at('ERROR') };
}

/** Writes nothing. */
export const silentLog: Log = createLog(() => undefined);

function plainFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]));
}

function plain(value: unknown): unknown {
  if (value instanceof Error) return withoutQueries(errorText(value));
  if (typeof value === 'string') return withoutQueries(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isFlat(value)) return plainFields({ ...value });
  const json = JSON.stringify(value, (_key, inner) =>
    typeof inner === 'string' ? withoutQueries(inner) : inner,
  );
  return json === undefined ? undefined : JSON.parse(json);
}

/** Whether an object has only texts, numbers and the like: such as the request of a line, which would be printed and parsed. */
function isFlat(value: object): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every((member) => typeof member !== 'object' && typeof member !== 'function');
}

/**
 * Only defects of this program are logged with a stack. An error with its own code is one line, with its causes:
 * a file that cannot be converted, or a database that does not answer, is no defect.
 */
function errorText(error: Error): string {
  if (error instanceof AppError && error.code !== 'internal') return `${error.code}: ${sentences(error)}`;
  const text = error.stack ?? error.message;
  return error.cause instanceof Error ? `${text}\nCaused by: ${errorText(error.cause)}` : text;
}

/** Messages of an error and its causes in one line. */
function sentences(error: Error): string {
  const message = error.message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' | ');
  return error.cause instanceof Error ? `${message} (${sentences(error.cause)})` : message;
}
