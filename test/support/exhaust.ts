import { closeSync, open, openSync } from 'node:fs';

/**
 * Loaded into a process before the product. On SIGUSR2 the process uses up what `EXHAUST` names: `descriptors`, which the
 * next signal frees; or `threads`, each of which waits for a writer of the named pipe `FIFO`.
 */
const { EXHAUST, FIFO = '' } = process.env;

/** More than any thread pool has (libuv ends at 1024). */
const OPENS = 1100;

/** Milliseconds until the process uses up again what its own work has freed meanwhile. */
const AGAIN = 10;

let held: number[] = [];
let holding: NodeJS.Timeout | undefined;

process.on('SIGUSR2', () => {
  if (EXHAUST === 'threads') for (let i = 0; i < OPENS; i++) open(FIFO, 'r', closeAtOnce);
  else if (holding) release();
  else hold();
});

function closeAtOnce(error: Error | null, descriptor: number): void {
  if (!error) closeSync(descriptor);
}

function hold(): void {
  holdAll();
  holding = setInterval(holdAll, AGAIN);
}

function release(): void {
  clearInterval(holding);
  holding = undefined;
  for (const descriptor of held) closeSync(descriptor);
  held = [];
}

function holdAll(): void {
  try {
    for (;;) held.push(openSync('/dev/null', 'r'));
  } catch {
    // None is left.
  }
}
