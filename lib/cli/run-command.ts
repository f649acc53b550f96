import { setImmediate } from 'node:timers/promises';
import { watchOutput } from './terminal/output.ts';
import { stopSignal, watchSignals } from './terminal/stop.ts';

/** Runs a command that a signal ends in order. @param sentence for a person who ends it */
export async function run(command: () => Promise<void>, sentence = 'Stopped.'): Promise<void> {
  watchSignals(sentence);
  watchOutput();
  try {
    await command();
  } catch (error) {
    // Whatever breaks off after a signal does so because of it.
    stopSignal.throwIfAborted();
    throw error;
  }
  // The error of the last write comes after it.
  await setImmediate();
  if (process.exitCode === undefined) stopSignal.throwIfAborted();
}
