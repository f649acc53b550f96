import { CommanderError } from 'commander';
import { AppError } from '../runtime/errors.ts';
import { escaped } from '../runtime/log-formats.ts';
import { createProgram } from './program.ts';
import { CommandError, EXIT } from './terminal/command-error.ts';

const { exitCode, sentence } = await outcome();
if (sentence !== undefined) await fail(sentence);
if (exitCode !== undefined) process.exit(exitCode);

interface Outcome {
  /** Undefined: the command ended in order, or it is a service that ends by itself. */
  exitCode?: number;
  sentence?: string;
}

async function outcome(): Promise<Outcome> {
  try {
    await createProgram().parseAsync();
    // A connection that is kept open would hold the process for some seconds.
    return { exitCode: Number(process.exitCode ?? 0) };
  } catch (error) {
    // It has printed its sentence.
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : EXIT.usage };
    // A reader that is gone, such as head, has what it wanted.
    if (error instanceof CommandError && error.exit === EXIT.brokenPipe) return { exitCode: error.exit };
    if (error instanceof CommandError) return { exitCode: error.exit, sentence: error.message };
    if (error instanceof AppError) return { exitCode: EXIT.failed, sentence: error.message };
    const known = await knownError(error);
    if (known) return { exitCode: known.exit, sentence: known.message };
    return { exitCode: EXIT.failed, sentence: stackOf(error) };
  }
}

/** Errors of the client and of the disk. */
async function knownError(error: unknown): Promise<CommandError | undefined> {
  const { serviceError } = await import('./service/service.ts');
  const { writeError } = await import('./terminal/write-errors.ts');
  return serviceError(error) ?? writeError(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The last sentence of the process: to the process that started this one, if it waits for it, or to the person. */
async function fail(failed: string): Promise<void> {
  const isWorker = process.send !== undefined;
  if (isWorker && (await import('../app/api-processes.ts')).report({ failed })) return;
  process.stderr.write(`${failed.split('\n').map(escaped).join('\n')}\n`);
}
