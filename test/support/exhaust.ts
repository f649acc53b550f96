import { closeSync, open, openSync } from 'node:fs';

/**
 * Loaded into a process before the product. On SIGUSR2 the process uses up what `EXHAUST` names: `descriptors`, which the
 * next signal frees; or `threads`, each of which waits for a writer of the named pipe `FIFO`.
 */
const { EXHAUST, FIFO = '' } = process.env;

/** More than any thread pool has (libuv ends at 1024). */
const OPENS = 1100;

let held: number[] = [];

process.on('SIGUSR2', () => {
  if (EXHAUST === 'threads') for (let i = 0; i < OPENS; i++) open(FIFO, 'r', closeAtOnce);
  else if (held.length > 0) release();
  else holdAll();
});

function closeAtOnce(error: Error | null, descriptor: number): void {
  if (!error) closeSync(descriptor);
}

function release(): void {
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
