import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DELAYS_FILE } from './loop-delays.ts';

/** Milliseconds between two looks at the loop; they are part of what the histogram measures, and subtracted. */
const RESOLUTION = 5;

/**
 * `--import` of a service whose event loop is measured: the first SIGUSR2 begins, the second one writes milliseconds of
 * delay, and so on.
 */
const path = process.env[DELAYS_FILE];
if (path) record(path);

function record(path: string): void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  let running = false;
  process.on('SIGUSR2', () => {
    if (running) histogram.disable();
    else histogram.enable();
    running = !running;
    if (running) return histogram.reset();
    const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
    const [median, p99, max] = [histogram.percentile(50), histogram.percentile(99), histogram.max].map(delay);
    writeFileSync(path, JSON.stringify({ median, p99, max }));
  });
}
