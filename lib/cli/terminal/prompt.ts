import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { usageError } from './command-error.ts';
import { stopSignal } from './stop.ts';

/** Asks a person on the terminal. Throws a usage error without a terminal. */
export async function ask(question: string, fallback?: string): Promise<string> {
  const shown = fallback === undefined ? `${question}: ` : `${question} [${fallback}]: `;
  const answer = (await onTerminal(process.stderr, shown)).trim();
  return answer === '' && fallback !== undefined ? fallback : answer;
}

/** The same for a secret: what is typed is not shown. */
export async function askSecret(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    // The terminal must show nothing of a fast answer, so the question comes after the echo is off.
    return await onTerminal(nowhere, '', () => process.stderr.write(`${question}: `));
  } finally {
    process.stderr.write('\n');
  }
}

/** Everything that standard input has, without the last newline. */
export async function readStandardInput(): Promise<string> {
  return (await text(process.stdin)).trim();
}

async function onTerminal(
  output: NodeJS.WritableStream,
  question: string,
  onSilent: () => void = () => undefined,
): Promise<string> {
  if (!process.stdin.isTTY)
    throw usageError(
      'There is no terminal to ask on. Give --url and --key - with the key on standard input.',
    );
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  onSilent();
  // In this mode Ctrl-C and Ctrl-D come as input, not as a signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(usageError('The input ended before the answer.')));
  });
  try {
    return await Promise.race([lines.question(question, { signal: stopSignal }), closed]);
  } catch (error) {
    stopSignal.throwIfAborted();
    throw error;
  } finally {
    closed.catch(() => undefined);
    lines.close();
  }
}
