import { styleText } from 'node:util';
import { escaped } from '../../runtime/log-formats.ts';
import { CommandError, EXIT } from './command-error.ts';
import { stopBy } from './stop.ts';
import { writeError } from './write-errors.ts';

type Style = Parameters<typeof styleText>[0];

/** Prints a line to standard output; the text has no control characters but those of `paint`. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line to standard error. */
export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints one value as JSON in one line, without control characters that a terminal would obey. */
export function printJson(value: unknown): void {
  print(escaped(JSON.stringify(value)));
}

/** Colours a text if the stream shows colours: a terminal, without NO_COLOR, or with FORCE_COLOR. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** Prints rows with aligned columns; the first row is their heading. Cells lose their control characters. */
export function printTable(rows: readonly (readonly (string | number)[])[]): void {
  const cells = rows.map((row) => row.map((cell) => escaped(String(cell))));
  const widths = (cells[0] ?? []).map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  for (const [index, row] of cells.entries()) {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    print(index === 0 ? paint('dim', line) : line);
  }
}

/** Ends the program in order when the reader of its output is gone, as `head -1` is after a line, or the disk that it goes to is full. */
export function watchOutput(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    // Further writes fail as the first one.
    process.stdout.on('error', () => undefined);
    if (error.code === 'EPIPE') return stopBy(EXIT.brokenPipe, 'The reader of the output is gone.');
    const { exit, message } = writeError(error) ?? new CommandError(EXIT.failed, error.message);
    stopBy(exit, message);
  });
  // Nobody reads what is wrong; the exit code tells it.
  process.stderr.on('error', () => undefined);
}
