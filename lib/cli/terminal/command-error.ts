/** Exit codes of the command line; docs/cli.md lists them. */
export const EXIT = {
  /** A file failed, or something that has no code of its own. */
  failed: 1,
  usage: 2,
  /** There is no key, or the service refuses it. */
  refused: 3,
  unreachable: 4,
  /** The disk is full, or the folder refuses files. */
  cannotWrite: 5,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error that ends a command: a sentence that says what to do, and the exit code. */
export class CommandError extends Error {
  readonly exit: ExitCode;

  constructor(exit: ExitCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CommandError';
    this.exit = exit;
  }
}

export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
