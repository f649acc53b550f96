import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { MARKS, type Mark } from '../../lib/runtime/marks.ts';
import { LAST_STEP, MARKS_FILE } from './mark-file.ts';

/**
 * `--import` of a service whose marks are measured. Keeps marks in memory until the conversion has finished, so that no
 * write is measured.
 */
const path = process.env[MARKS_FILE];
if (path) record(path);

function record(path: string): void {
  let lines = '';
  subscribe(MARKS, (message) => {
    if (!isMark(message)) return;
    lines += `${JSON.stringify({ ...message, at: performance.timeOrigin + performance.now() })}\n`;
    if (message.step !== LAST_STEP) return;
    appendFileSync(path, lines);
    lines = '';
  });
}

function isMark(message: unknown): message is Mark {
  return typeof message === 'object' && message !== null && 'step' in message;
}
