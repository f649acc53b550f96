import type { WriteStream } from 'node:tty';
import { createLog, type Log, type LogEvent, type Severity } from './log.ts';
import { isRoutine, jsonLine, prettyLine } from './log-formats.ts';
import { createLineWriter } from './log-writer.ts';
import { writeWholeSync } from './write-sync.ts';

export interface ProcessLogOptions {
  /** Less severe events are not written. */
  level: Severity;
  /** Undefined: `pretty` on a terminal, `json` elsewhere. */
  format: 'json' | 'pretty' | undefined;
  /** Milliseconds for which lines are collected; 0: until the turn of the event loop ends. */
  milliseconds?: number;
}

export interface ProcessLog extends Log {
  /** Writes at once all lines that were collected. */
  flush(): void;
}

/** Standard output or stderr of this process. */
export type LogStream = NodeJS.WritableStream &
  Partial<Pick<WriteStream, 'isTTY' | 'hasColors'>> & {
    /** File descriptor; undefined for a stream of a test. */
    fd?: number | undefined;
  };

/**
 * The log of a process. It writes its collected lines when the process exits: by `process.exit`, by an uncaught exception,
 * or because no work is left. A process that handles signals must end in one of these ways. An event of severity
 * ERROR is written at once.
 */
export function createProcessLog(
  stream: LogStream,
  { level, format, milliseconds }: ProcessLogOptions,
): ProcessLog {
  const { fd } = stream;
  // A stream over a socket keeps what it could not write at once, and loses it when the process exits.
  const write = (text: string) => (fd === undefined ? stream.write(text) : writeWholeSync(fd, text));
  const writer = createLineWriter(write, milliseconds);
  const isPretty = (format ?? (stream.isTTY ? 'pretty' : 'json')) === 'pretty';
  // NO_COLOR, FORCE_COLOR and TERM decide (Node.js, tty.WriteStream.hasColors).
  const hasColors = stream.isTTY === true && stream.hasColors?.() === true;
  const lineOf = (event: LogEvent) => (isPretty ? prettyLine(event, hasColors) : jsonLine(event));
  const log = createLog((event) => {
    if (isPretty && isRoutine(event) && level !== 'DEBUG') return;
    writer.write(lineOf(event));
    if (event.severity === 'ERROR') writer.flush();
  }, level);
  process.once('exit', writer.flush);
  return { ...log, flush: writer.flush };
}
