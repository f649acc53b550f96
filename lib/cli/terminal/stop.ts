import { CommandError, EXIT, type ExitCode } from './command-error.ts';

const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.terminated } as const;

/** Milliseconds in which a command ends in order after a signal; then it is ended. */
const PATIENCE = 10_000;

const stopping = new AbortController();

/** Aborts when the command should end, with a CommandError as its reason. */
export const stopSignal: AbortSignal = stopping.signal;

/** Work that must be done even if the process ends at once, such as the removal of partial files. */
const atExit = new Set<() => void>();

/** Calls a synchronous function when the process ends; answers a function that forgets it. */
export function whenExiting(work: () => void): () => void {
  if (atExit.size === 0 && process.listenerCount('exit', runAll) === 0) process.on('exit', runAll);
  atExit.add(work);
  return () => atExit.delete(work);
}

/** The first signal ends the command in order, and a second one at once. */
export function watchSignals(sentence: string): void {
  for (const [signal, exit] of Object.entries(SIGNALS)) process.on(signal, () => stopBy(exit, sentence));
}

/** Ends the command in order; the second call ends the process. */
export function stopBy(exit: ExitCode, sentence: string): void {
  if (stopping.signal.aborted) process.exit(exit);
  stopping.abort(new CommandError(exit, sentence));
  setTimeout(() => process.exit(exit), PATIENCE).unref();
}

function runAll(): void {
  for (const work of atExit) work();
}
