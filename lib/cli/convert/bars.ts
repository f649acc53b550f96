import { MultiBar, type SingleBar } from 'cli-progress';
import { escaped } from '../../runtime/log-formats.ts';
import { paint, print } from '../terminal/output.ts';
import { whenExiting } from '../terminal/stop.ts';
import type { JobProgress } from './converter.ts';
import { type Counts, lineReporter, type Reporter } from './progress.ts';

const WIDTH = 24;

/** Columns that a line needs besides the name. */
const REST = WIDTH + 22;

interface Payload {
  /** Empty: no file is on its way. */
  file: string;
  stage: JobProgress['stage'] | '';
  /** A line in place of a bar. */
  line?: string;
}

/** Clears the rest of a line: MultiBar clears only the first of several lines that it writes over its bars. */
const CLEAR_RIGHT = '\u001b[K';

/** Bars at the bottom of the terminal, one for each file that is on its way; lines of finished files go above them. */
export function barReporter(): Reporter {
  const stream = process.stderr;
  const bars = new MultiBar({
    stream,
    format: (_options, { progress }, payload: Payload) => lineOf(progress, payload),
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl-C ends the command in order, and the command ends the bars.
    gracefulExit: false,
    fps: 10,
  });
  const free: SingleBar[] = [];
  const ended = { converted: 0, skipped: 0, failed: 0, planned: 0 };
  let top: SingleBar | undefined;
  const forget = whenExiting(() => bars.stop());
  // Standard output may be a file: then its lines are not those of this terminal.
  const above = (line: string) => bars.log(`${line}${CLEAR_RIGHT}\n`);
  const lines = process.stdout.isTTY ? lineReporter(above, above) : lineReporter(print, above);
  return {
    begin(file) {
      top ??= bars.create(1, 0, { file: '', stage: '', line: countsLine(ended) });
      const bar = free.pop() ?? bars.create(1, 0);
      const name = escaped(file);
      bar.update(0, { file: name, stage: '' });
      return {
        update: ({ stage, fraction }) => bar.update(fraction, { file: name, stage }),
        end() {
          bar.update(0, { file: '', stage: '' });
          free.push(bar);
        },
      };
    },
    tell(end) {
      ended[end.status] += 1;
      top?.update({ line: countsLine(ended) });
      lines.tell(end);
    },
    finish(counts, seconds) {
      if (bars.isActive) bars.update();
      forget();
      bars.stop();
      lineReporter().finish(counts, seconds);
    },
  };
}

/** One bar; empty where no file is on its way. */
function lineOf(fraction: number, { file, stage, line = '' }: Payload): string {
  if (file === '') return paint('dim', line, process.stderr);
  const full = Math.round(Math.min(1, fraction) * WIDTH);
  const bar = `${'━'.repeat(full)}${' '.repeat(WIDTH - full)}`;
  const percent = `${Math.floor(fraction * 100)}`.padStart(3);
  return `${paint('cyan', bar, process.stderr)} ${percent} %  ${stage.padEnd(10)}  ${shortened(file, (process.stderr.columns || 80) - REST)}`;
}

/** How many files ended, while others are on their way. */
function countsLine(counts: Counts): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return told.map(([name, count]) => `${count} ${name}`).join(', ');
}

/** The end of a path tells more than its beginning. */
function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `…${characters.slice(1 - Math.max(2, most)).join('')}`;
}
