import { escaped } from '../../runtime/log-formats.ts';
import { paint, print, printError, printJson } from '../terminal/output.ts';
import type { JobProgress, Note } from './converter.ts';
import { type PlannedResult, planLines } from './plan-lines.ts';

/** How one file ended. */
export type FileEnd =
  | {
      status: 'converted';
      file: string;
      result: string;
      seconds: number;
      taskId: number | undefined;
      notes: readonly Note[];
    }
  | { status: 'skipped'; file: string; result: string; reason: string }
  | { status: 'planned'; file: string; result: string; plan: PlannedResult | undefined }
  | { status: 'failed'; file: string; code: string; message: string };

export interface Counts {
  converted: number;
  skipped: number;
  planned: number;
  failed: number;
}

/** Tells a person or a program what happens. */
export interface Reporter {
  /** A file begins; the answer takes its progress, and `end` takes its bar away. */
  begin(file: string): { update(progress: JobProgress): void; end(): void };
  tell(end: FileEnd): void;
  /** Tells the counts, and clears the bars. */
  finish(counts: Counts, seconds: number): void;
}

const NOTHING = { update: () => undefined, end: () => undefined };

/** One JSON object a line: one for each file, and one with the counts. */
export function jsonReporter(): Reporter {
  return {
    begin: () => NOTHING,
    tell: (end) => printJson({ event: 'file', ...end }),
    finish: (counts, seconds) => printJson({ event: 'end', ...counts, seconds }),
  };
}

/** One line for each file; those of failed files go to standard error. */
export function lineReporter(write = print, writeError = printError): Reporter {
  return {
    begin: () => NOTHING,
    tell(end) {
      for (const line of linesOf(end)) (end.status === 'failed' ? writeError : write)(line);
    },
    finish: (counts, seconds) => writeError(summary(counts, seconds)),
  };
}

/** Lines of a person; names and sentences from outside have no control characters any more. */
function linesOf(end: FileEnd): string[] {
  const file = escaped(end.file);
  switch (end.status) {
    case 'converted': {
      const notes = end.notes.map(({ message }) => `           ${escaped(message)}`);
      return [
        `${paint('green', 'converted')}  ${file} -> ${escaped(end.result)}`,
        ...notes.map((line) => paint('dim', line)),
      ];
    }
    case 'skipped':
      return [`${paint('dim', 'skipped')}    ${file}: ${escaped(end.reason)}`];
    case 'planned':
      return [
        `${paint('cyan', 'planned')}    ${file} -> ${escaped(end.result)}`,
        ...planLines(end.plan).map((line) => paint('dim', `           ${escaped(line)}`)),
      ];
    case 'failed':
      return [`${paint('red', 'failed', process.stderr)}     ${file}: ${escaped(end.message)}`];
  }
}

function summary(counts: Counts, seconds: number): string {
  const parts = Object.entries(counts).filter(([name, count]) => count > 0 || name === 'converted');
  const told = parts.filter(([name, count]) => name !== 'converted' || count > 0 || parts.length === 1);
  const time = counts.converted > 0 ? ` in ${seconds.toFixed(1)} s` : '';
  return `${told.map(([name, count]) => `${count} ${name}`).join(', ')}${time}.`;
}
