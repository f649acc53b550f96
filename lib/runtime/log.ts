import { AsyncLocalStorage } from 'node:async_hooks';

/** Severities of Cloud Logging's structured payload, which is also what stdout gets elsewhere. */
export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes one JSON line an event. Never hand it a token, a password or a signed URL. Of URLs that stand in what is logged,
 * as in errors of Google's clients, no query is written: it may sign, or be the right to an upload.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const surrounding = new AsyncLocalStorage<LogFields>();

/** Adds fields to every line that is written because of `work`, such as the trace of a request. */
export function withFields<T>(fields: LogFields, work: () => T): T {
  return surrounding.run({ ...surrounding.getStore(), ...fields }, work);
}

const RANK: Record<Severity, number> = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3 };

/**
 * @param write takes one line without its newline
 * @param least what is less severe is not written
 */
export function createLog(write: (line: string) => void, least: Severity = 'INFO'): Log {
  const at =
    (severity: Severity) =>
    (message: string, fields: LogFields = {}) => {
      if (RANK[severity] < RANK[least]) return;
      const time = new Date().toISOString();
      const line = { severity, message, time, ...surrounding.getStore(), ...plain(fields) };
      write(
        JSON.stringify(line, (_key, value) => (typeof value === 'string' ? withoutQueries(value) : value)),
      );
    };
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARNING'), error: at('ERROR') };
}

/** Says nothing. */
export const silentLog: Log = createLog(() => undefined);

/** What may be a URL, or the path of one. Each character is looked at once, however long a hostile text is. */
const WORD = /[^\s"'<>]+/g;

function withoutQueries(text: string): string {
  return text.includes('?') ? text.replace(WORD, withoutQuery) : text;
}

function withoutQuery(word: string): string {
  const [address = '', query] = word.split(/\?(.*)/s, 2);
  return query && address.includes('/') ? `${address}?...` : word;
}

function plain(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? describe(value) : value]),
  );
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${describe(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
